// Posts the same messages as the campaign, as fast as they go.
import { Agent, request } from 'node:http';
import { personOf } from './people.mjs';

const { url, people, atOnce } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

let next = 0;
async function work() {
	while (next < people) await post(personOf(next++));
}

async function post({ phone, properties }) {
	const body = JSON.stringify({ to: phone, text: `Hello ${properties.name}` });
	await new Promise((resolve, reject) => {
		const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
		const sent = request(url, { method: 'POST', agent, headers }, (response) => {
			response.resume();
			response.once('end', resolve);
		});
		sent.once('error', reject);
		sent.end(body);
	});
}

await Promise.all(Array.from({ length: atOnce }, work));
process.exit();
