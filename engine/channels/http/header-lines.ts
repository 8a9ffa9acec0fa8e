import axios, { type InternalAxiosRequestConfig } from 'axios';

/**
 * The header lines of a request: those it was given, with what every request has, and the length of its body. Of one name, in
 * whichever spelling, Node takes the last.
 * @param signedIn the URL has user and password, which go before any header
 */
export function headerLines({ headers, data }: InternalAxiosRequestConfig, signedIn: boolean): Record<string, string> {
	const lines = Object.assign(Object.create(null) as Record<string, string>, { Accept: '*/*', 'User-Agent': `axios/${axios.VERSION}` });
	for (const [written, value] of Object.entries(headers)) {
		const name = written.trim();
		if (name === '' || value === undefined || value === null || (signedIn && name.toLowerCase() === 'authorization')) continue;
		lines[name] = clean(String(value));
	}
	if (data) lines['Content-Length'] = String(Buffer.byteLength(data as string | Buffer));
	return lines;
}

/** Whatever may not stand in a header line is left out. A character is a byte. */
function clean(value: string): string {
	if (!/[^\t\x20-\x7e\x80-\xff]|^[\t ]|[\t ]$/.test(value)) return value;
	return value.replace(/[^\t\x20-\x7e\x80-\xff]+/g, '').replace(/^[\t ]+|[\t ]+$/g, '');
}

export function isAscii(lines: Record<string, string>): boolean {
	return !Object.values(lines).some((value) => /[\x80-\xff]/.test(value));
}
