import { constants as limits } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, constants, inflateRaw, unzip, zstdDecompress, type BrotliOptions, type ZlibOptions, type ZstdOptions } from 'node:zlib';

/** An answer is longer than it may be. */
export class TooLong extends Error {}

/** The body of an answer is not what its Content-Encoding says. */
export class BadEncoding extends Error {}

/** As browsers do: what was cut short by the packer, but came whole, is taken. */
const zlib: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH };
const brotli: BrotliOptions = { finishFlush: constants.BROTLI_OPERATION_FLUSH };
const zstd: ZstdOptions = { finishFlush: constants.ZSTD_e_flush };

/** By Content-Encoding (RFC 9110 8.4.1). `deflate` is sent with and without the header of zlib. */
const UNPACK: Record<string, (body: Buffer, maxOutputLength: number) => Promise<Buffer>> = {
	gzip: async (body, maxOutputLength) => await promisify<Buffer, ZlibOptions, Buffer>(unzip)(body, { ...zlib, maxOutputLength }),
	deflate: async (body, maxOutputLength) => await promisify<Buffer, ZlibOptions, Buffer>(body[0] === 0x78 ? unzip : inflateRaw)(body, { ...zlib, maxOutputLength }),
	br: async (body, maxOutputLength) => await promisify<Buffer, BrotliOptions, Buffer>(brotliDecompress)(body, { ...brotli, maxOutputLength }),
	zstd: async (body, maxOutputLength) => await promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)(body, { ...zstd, maxOutputLength }),
};

/**
 * The body of an answer that came whole, unpacked; as it is where its encoding is none that is known.
 * @param longest bytes, unpacked. Throws TooLong or BadEncoding.
 */
export async function unpack(body: Buffer, encoding: string, longest: number): Promise<Buffer> {
	const name = encoding.trim().toLowerCase().replace(/^x-/, '');
	const unpacked = Object.hasOwn(UNPACK, name) ? UNPACK[name]?.(body, Math.min(longest, limits.MAX_LENGTH)) : undefined;
	try {
		return (await unpacked) ?? body;
	} catch (error) {
		throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLong() : new BadEncoding();
	}
}
