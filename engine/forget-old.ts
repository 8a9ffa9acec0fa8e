import { forgetErased } from './audiences/erase';
import { forgetSignatures } from './delivery/receipts/signatures';
import { operation } from './store/database';

/** Forgets what may be kept for a time only, whether or not anything else happens in the store. It costs next to nothing when there is none. */
export const forgetOld = operation<Record<string, never>, void>(async (tx, _input, { now }) => {
	await forgetErased(tx, now);
	await forgetSignatures(tx, now);
});
