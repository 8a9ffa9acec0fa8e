// All providers in one, in a process of its own: each request is answered as its own service would, after a while.
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2]);
let seen;
begin();

/** By the beginning of the path; `messages`: how many a request is for, where it may be for more than one. */
const SERVICES = {
	'/2010-04-01/': { answer: (id) => [201, {}, { sid: `SM${id}` }] },
	'/messages': { answer: (id) => [201, {}, { id: String(id) }] },
	'/v3/mail/send': { answer: (id) => [202, { 'x-message-id': `SG${id}` }, ''], messages: (body) => JSON.parse(body).personalizations.length },
	'/v1/batch': { answer: () => [200, {}, { success: true }], messages: (body) => JSON.parse(body).batch.length },
	'/v1/projects/': { answer: (id) => [200, {}, { name: `projects/bench/messages/${id}` }] },
	'/push/': { answer: () => [201, {}, ''] },
	'/hook': { answer: () => [204, {}, ''] },
};

function begin() {
	seen = { count: 0, messages: 0, bytes: 0 };
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
	const chunks = [];
	request.on('data', (chunk) => chunks.push(chunk));
	request.on('end', () => {
		if (request.url === '/token') return answer(response, [200, {}, { access_token: 'token', expires_in: 3_600, token_type: 'Bearer' }]);
		const service = SERVICES[Object.keys(SERVICES).find((path) => request.url.startsWith(path))];
		const body = Buffer.concat(chunks);
		seen.count += 1;
		seen.messages += service.messages?.(body.toString()) ?? 1;
		seen.bytes += body.length;
		const said = service.answer(seen.count);
		setTimeout(() => answer(response, said), latencyMs);
	});
});

function answer(response, [status, headers, body]) {
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(body === '' ? undefined : JSON.stringify(body));
}

process.on('message', (message) => {
	if (message === 'begin') begin();
	process.send({ seen });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
