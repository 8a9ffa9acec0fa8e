import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RUNTIME_DIR } from '../../scripts/lib/paths.mjs';

/** Where the benchmarks' own package.json is; what it names is installed beside it. */
export const BENCH_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where generated stores are kept for the next run. */
export const DATA_DIR = join(RUNTIME_DIR, 'bench');
