import { createDecipheriv, createECDH, createHmac, createPublicKey, verify } from 'node:crypto';

import type { Device } from '../../engine/people/records';

/** Keys of a browser's subscription, or of a sender: base64url. */
export interface Keys {
	publicKey: string;
	privateKey: string;
}

export function makeKeys(): Keys {
	const curve = createECDH('prime256v1');
	curve.generateKeys();
	const privateKey = Buffer.concat([Buffer.alloc(32), curve.getPrivateKey()]).subarray(-32);
	return { publicKey: curve.getPublicKey().toString('base64url'), privateKey: privateKey.toString('base64url') };
}

export const VAPID = makeKeys();
export const BROWSER = makeKeys();
export const AUTH = 'BTBZMqHH6r4Tts7J_aSIgg';

export const subscription = (token: string, seenAt = 1): Device => ({ kind: 'webpush', token, keys: { p256dh: BROWSER.publicKey, auth: AUTH }, seenAt });

const hmac = (key: Buffer, ...parts: Array<Buffer | string>) => createHmac('sha256', key).update(Buffer.concat(parts.map((part) => Buffer.from(part as string)))).digest();

/** What a browser makes of a body (RFC 8291 over RFC 8188, one record), written after the RFCs and not after the library. */
export function decrypt(body: Buffer, { publicKey, privateKey }: Keys, auth: string): string {
	const salt = body.subarray(0, 16);
	const recordSize = body.readUInt32BE(16);
	const idLength = body.readUInt8(20);
	const sender = body.subarray(21, 21 + idLength);
	const record = body.subarray(21 + idLength);
	if (record.length > recordSize) throw new Error('more than one record');
	const curve = createECDH('prime256v1');
	curve.setPrivateKey(Buffer.from(privateKey, 'base64url'));
	const prk = hmac(Buffer.from(auth, 'base64url'), curve.computeSecret(sender));
	const ikm = hmac(prk, 'WebPush: info\0', Buffer.from(publicKey, 'base64url'), sender, '\x01');
	const prk2 = hmac(salt, ikm);
	const key = hmac(prk2, 'Content-Encoding: aes128gcm\0\x01').subarray(0, 16);
	const nonce = hmac(prk2, 'Content-Encoding: nonce\0\x01').subarray(0, 12);
	const decipher = createDecipheriv('aes-128-gcm', key, nonce);
	decipher.setAuthTag(record.subarray(-16));
	const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
	const end = plain.lastIndexOf(2);
	if (end < 0 || plain.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('no delimiter of the last record');
	return plain.subarray(0, end).toString('utf8');
}

/** The claims of an ES256 token; throws when it is not signed by that key (base64url point). */
export function claimsOf(jwt: string, publicKey: string): { header: unknown; claims: Record<string, unknown> } {
	const [header = '', claims = '', signature = ''] = jwt.split('.');
	const point = Buffer.from(publicKey, 'base64url');
	const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') } });
	if (!verify('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Error('The signature is wrong');
	const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
	return { header: json(header), claims: json(claims) };
}
