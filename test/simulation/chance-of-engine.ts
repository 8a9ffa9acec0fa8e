import { mulberry32 } from '../../engine/campaigns/shuffle';

/** Drawn by this process; a failing one is printed. To see it again, set CAMPAIGNS_SEED. */
export const seed = Number(process.env.CAMPAIGNS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** `node:crypto` by whose chance the engine draws orders and keys, so that a seed tells the same year each time. */
export function cryptoFrom(from: number): object {
	const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
	const random = mulberry32(from);
	const randomInt = (min: number, max?: number) => (max === undefined ? Math.floor(random() * min) : min + Math.floor(random() * (max - min)));
	return { ...crypto, randomInt, randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => randomInt(256))) };
}
