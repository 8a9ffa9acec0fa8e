/* A process that says it begins, opens a store and stays, for tests that kill it: `open-process.ts STORE-OPTIONS`. */
import { openStore } from '../../engine/store/open';
import type { StoreOptions } from '../../engine/store/store';

process.stdout.write('begins\n');
void openStore(JSON.parse(process.argv[2] as string) as StoreOptions);
setInterval(() => {}, 1_000);
