import { createVerify, X509Certificate } from 'node:crypto';

import { sharedTransport } from '../../delivery/ask';
import { textOf } from '../http/json-path';

/** What SNS posts; all texts. */
export type SnsMessage = Record<string, string>;

/** Gets a text from an address of SNS. */
export type SnsFetch = (url: string) => Promise<string>;

/** Addresses of SNS itself, where certificates and confirmations are: nothing else is ever called, whatever a message says. */
const SNS_HOST = /^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$/;

const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

const TIMEOUT_MS = 10_000;
const MOST_CERTIFICATES = 20;

/** Certificates by their addresses: they change about once a year. */
const certificates = new Map<string, Promise<string>>();

/** The fields of a message that are texts. */
export function toSnsMessage(body: Record<string, unknown>): SnsMessage {
	return Object.fromEntries(Object.entries(body).flatMap(([name, value]) => (textOf(value) === undefined ? [] : [[name, String(value)]])));
}

/**
 * Whether SNS signed the message (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html): RSA with SHA-1
 * or SHA-256 over names and values, by the certificate the message names. Anybody can have SNS sign: the topic has to be checked besides.
 */
export async function isSignedBySns(message: SnsMessage, fetch: SnsFetch): Promise<boolean> {
	const url = message['SigningCertURL'] ?? '';
	const version = message['SignatureVersion'];
	if (!isOfSns(url) || !new URL(url).pathname.endsWith('.pem') || (version !== '1' && version !== '2')) return false;
	const names = message['Type'] === 'Notification' ? NOTIFICATION : CONFIRMATION;
	const text = names.flatMap((name) => (message[name] === undefined ? [] : [`${name}\n${message[name]}\n`])).join('');
	try {
		const { publicKey } = new X509Certificate(await certificateAt(url, fetch));
		return createVerify(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text).verify(publicKey, message['Signature'] ?? '', 'base64');
	} catch {
		return false;
	}
}

/** Whether an address leads to SNS and nowhere else. */
export function isOfSns(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const { protocol, hostname, port, username, password } = new URL(url);
	return protocol === 'https:' && port === '' && username === '' && password === '' && SNS_HOST.test(hostname);
}

/** Over the connections of this process, which follow no redirects; private addresses are refused. */
export const fetchFromSns: SnsFetch = async (url) => {
	const exchange = await sharedTransport().send({ method: 'GET', url, headers: {} }, { timeoutMs: TIMEOUT_MS, allowPrivate: false });
	if (exchange.kind !== 'response' || exchange.response.status !== 200) throw new Error('SNS did not answer');
	return exchange.response.body;
};

async function certificateAt(url: string, fetch: SnsFetch): Promise<string> {
	let certificate = certificates.get(url);
	if (!certificate) {
		if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
		certificate = fetch(url);
		certificates.set(url, certificate);
		certificate.catch(() => certificates.delete(url));
	}
	return await certificate;
}
