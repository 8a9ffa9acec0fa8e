/*
 * A process that marks messages ahead of their requests, for tests that kill it: `ahead-process.ts STORE NODE CLAIMS BEGIN`.
 * It claims the messages of NODE (CLAIMS is JSON), marks all of them, begins the requests of the first BEGIN, and stays.
 */
import type { MessageClaim } from '../../engine/delivery/claim';
import { openStore } from '../../engine/store/open';

async function main([path, node, claims, begin]: string[]): Promise<void> {
	const store = await openStore({ path: path as string });
	const token = 'marked ahead';
	const claimed = await store.call('claimMessages', { node: Number(node), channel: 'sms', token, messages: JSON.parse(claims as string) as MessageClaim[] });
	const messages = claimed.map(({ message }) => message).sort((a, b) => a - b);
	await store.call('markSending', { messages: messages.map((message) => ({ message, token })) });
	for (const message of messages.slice(0, Number(begin))) store.departures?.begin(message);
	process.stdout.write('marked\n');
}

setInterval(() => {}, 1_000);
void main(process.argv.slice(2));
