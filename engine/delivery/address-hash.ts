import { hash } from 'node:crypto';

/** 96 bits: two of a million addresses are taken for one once in 10^17 runs, and the index over them stays small. */
const LENGTH = 16;

/** Tells the addresses of one run apart without keeping them. */
export function addressHash(address: string): string {
	return hash('sha256', address, 'base64url').slice(0, LENGTH);
}
