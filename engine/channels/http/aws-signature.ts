import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '../provider';

export interface AwsSigner {
	accessKeyId: string;
	secretAccessKey: string;
	/** Of temporary credentials. */
	sessionToken?: string;
	region: string;
	service: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs a request by Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): every header it has,
 * the time and the whole body.
 * @param now epoch milliseconds; AWS refuses what is off by more than five minutes
 */
export function signAws(request: HttpRequest, signer: AwsSigner, now: number): HttpRequest {
	const url = new URL(request.url);
	const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
	const headers: Record<string, string> = { ...request.headers, 'X-Amz-Date': time, ...(signer.sessionToken && { 'X-Amz-Security-Token': signer.sessionToken }) };
	const signed = Object.entries({ ...headers, Host: url.host })
		.map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
		.sort(([a], [b]) => (a < b ? -1 : 1));
	const names = signed.map(([name]) => name).join(';');
	const canonical = [
		request.method, canonicalPath(url), canonicalQuery(url), ...signed.map(([name, value]) => `${name}:${value}`), '', names, sha256(request.bytes ?? request.body ?? ''),
	].join('\n');
	const scope = [time.slice(0, 8), signer.region, signer.service, 'aws4_request'];
	const key = scope.reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${signer.secretAccessKey}`);
	const signature = hmac(key, [ALGORITHM, time, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
	const authorization = `${ALGORITHM} Credential=${signer.accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`;
	return { ...request, headers: { ...headers, Authorization: authorization } };
}

/** Every service but S3 wants what is encoded already to be encoded again. */
function canonicalPath({ pathname }: URL): string {
	return pathname.split('/').map(encode).join('/');
}

function canonicalQuery({ searchParams }: URL): string {
	const pairs = [...searchParams].map(([name, value]) => [encode(name), encode(value)] as const);
	return pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1)).map((pair) => pair.join('=')).join('&');
}

/** RFC 3986: encodeURIComponent leaves four more characters than it allows. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
	return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
	return createHmac('sha256', key).update(text).digest();
}
