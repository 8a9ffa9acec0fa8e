#!/usr/bin/env node
// `npm run build`: the pack, into dist.
import { ensureBuilt, ensureDependencies } from './lib/build.mjs';

await ensureDependencies();
await ensureBuilt();
