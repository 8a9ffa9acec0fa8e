// Where things are in a clone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Everything that is installed or written at run time; not in version control. */
export const RUNTIME_DIR = join(ROOT, '.runtime');
