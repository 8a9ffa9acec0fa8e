/**
 * The bucket, 0..999, of a person's permanent random key. The key's bits are mixed (MurmurHash3's finalizer) so that
 * buckets are independent of other draws from the same key.
 */
export function bucketOf(bucketKey: number): number {
	let hash = bucketKey | 0;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	hash = (hash ^ (hash >>> 16)) >>> 0;
	return Math.floor((hash / 2 ** 32) * 1000);
}
