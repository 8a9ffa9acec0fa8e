// Posts the same requests as the pack, as fast as they go, and nothing else.
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { personOf } from '../delivery/people.mjs';
import { CHANNELS, PLACEHOLDER, vapid } from './channels.mjs';
import { measure } from './child.mjs';

const require = createRequire(import.meta.url);
const { generateRequestDetails } = require('web-push');
const { webPushPayload } = require('../../dist/engine/channels/push/payload.js');

process.once('message', async ({ name, sample, people, atOnce }) => {
	const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
	const requestFor = CHANNELS[name].fresh ? encrypted(name, sample) : replaced(sample);
	let next = 0;
	const work = async () => {
		while (next < people) await post(agent, requestFor(next++));
	};
	const figures = await measure(people, async () => await Promise.all(Array.from({ length: atOnce }, work)));
	process.send(figures, () => process.exit());
});

/** The sample with the person in the place of the one it was made for. */
function replaced({ url, method, headers, body }) {
	const form = /form/.test(headers['Content-Type'] ?? '');
	const written = form ? (text) => text.replaceAll(' ', '+') : (text) => text;
	const digits = PLACEHOLDER.phone.slice(1);
	const text = JSON.stringify(headers);
	return (index) => {
		const { id, phone, properties } = personOf(index);
		const messageId = `bench-${index}`;
		const own = body
			.replaceAll(digits, phone.slice(1))
			.replaceAll(PLACEHOLDER.id, id)
			.replaceAll(PLACEHOLDER.name, written(properties.name))
			.replaceAll(PLACEHOLDER.city, properties.city)
			.replaceAll(PLACEHOLDER.messageId, messageId);
		return { url, method, headers: text.includes(PLACEHOLDER.messageId) ? JSON.parse(text.replaceAll(PLACEHOLDER.messageId, messageId)) : headers, body: own };
	};
}

/** The library's own request, as a script would make it. */
function encrypted(name, { url }) {
	const { origin } = new URL(url);
	const details = { vapidDetails: { subject: 'mailto:news@example.com', ...vapid() }, contentEncoding: 'aes128gcm', urgency: 'high', TTL: 2_419_200 };
	return (index) => {
		const { id, properties } = personOf(index);
		const { device, ...message } = CHANNELS[name].message({ id, ...properties, text: `Hello ${properties.name}, there is something new in ${properties.city}.`, messageId: `bench-${index}` }, origin);
		const { endpoint, method, headers, body: bytes } = generateRequestDetails({ endpoint: device.token, keys: device.keys }, JSON.stringify(webPushPayload(message)), details);
		return { url: endpoint, method, headers, body: bytes };
	};
}

async function post(agent, { url, method, headers, body }) {
	await new Promise((resolve, reject) => {
		const sent = request(url, { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
			response.resume();
			response.once('end', resolve);
		});
		sent.once('error', reject);
		sent.end(body);
	});
}
