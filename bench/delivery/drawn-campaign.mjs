// The same campaign drawn with n8n's own nodes: people are read from PostgreSQL, sent to in batches, and marked as sent.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { personOf } from './people.mjs';
import { reached } from './reached.mjs';

const require = createRequire(import.meta.url);

export const DRAWN_IN_WORDS = (batch) =>
	`Webhook > Postgres (reads people) > Loop Over Items (${batch}) > HTTP Request (one per person, all of a batch at once) > Postgres (one UPDATE per batch marks them as sent)`;

/** The table of people that the workflow reads and marks. */
export async function fillTable(url, people) {
	const { Client } = require('pg');
	const client = new Client({ connectionString: url });
	await client.connect();
	await client.query('DROP TABLE IF EXISTS people; CREATE TABLE people (id text PRIMARY KEY, phone text NOT NULL, name text NOT NULL, sent_at timestamptz)');
	for (let from = 0; from < people; from += 10_000) {
		const page = Array.from({ length: Math.min(10_000, people - from) }, (_, index) => personOf(from + index));
		await client.query('INSERT INTO people SELECT * FROM unnest($1::text[], $2::text[], $3::text[])', [page.map(({ id }) => id), page.map(({ phone }) => phone), page.map(({ properties }) => properties.name)]);
	}
	await client.query('ANALYZE people');
	await client.end();
}

/** Publishes it, calls its webhook and waits until everybody was sent to. @returns messages per second, and seconds until the first */
export async function runDrawn({ host, provider, postgres, people, batch }) {
	const { api } = host;
	const credential = await api.createCredential({ name: 'People', type: 'postgres', data: credentialOf(postgres) });
	const { id } = await api.createWorkflow({ name: 'Drawn', ...workflow({ credential, provider, batch }) });
	await api.publish(id);
	await provider.begin();
	const started = await call(`${api.baseUrl}/webhook/drawn`);
	const figures = await reached({ provider, people, started });
	await allMarked(postgres, people);
	await api.unpublish(id);
	return figures;
}

function workflow({ credential, provider, batch }) {
	const credentials = { postgres: credential };
	const nodes = [
		node('Webhook', 'webhook', 2, { httpMethod: 'POST', path: 'drawn', responseMode: 'onReceived' }),
		node('Read people', 'postgres', 2.6, { operation: 'executeQuery', query: 'SELECT id, phone, name FROM people WHERE sent_at IS NULL ORDER BY id' }, { credentials }),
		node('Loop Over Items', 'splitInBatches', 3, { batchSize: batch }),
		node('Send', 'httpRequest', 4.2, {
			method: 'POST', url: `${provider.url}/messages`, sendBody: true,
			bodyParameters: { parameters: [{ name: 'to', value: '={{ $json.phone }}' }, { name: 'text', value: '=Hello {{ $json.name }}' }] },
		}),
		node('Mark as sent', 'postgres', 2.6, {
			operation: 'executeQuery', query: 'UPDATE people SET sent_at = now() WHERE id = ANY($1::text[])',
			options: { queryReplacement: "={{ [$('Loop Over Items').all().map((item) => item.json.id)] }}" },
		}, { credentials, executeOnce: true }),
	];
	const to = (name) => [{ node: name, type: 'main', index: 0 }];
	const connections = {
		Webhook: { main: [to('Read people')] },
		'Read people': { main: [to('Loop Over Items')] },
		'Loop Over Items': { main: [[], to('Send')] },
		Send: { main: [to('Mark as sent')] },
		'Mark as sent': { main: [to('Loop Over Items')] },
	};
	return { nodes, connections };
}

function node(name, type, typeVersion, parameters, more = {}) {
	return { id: randomUUID(), name, type: `n8n-nodes-base.${type}`, typeVersion, position: [0, 0], parameters, ...(type === 'webhook' && { webhookId: randomUUID() }), ...more };
}

/** n8n answers 404 for a moment after a workflow was published. @returns when the call that was taken left, epoch ms */
async function call(url) {
	for (let tries = 0; tries < 100; tries++) {
		const at = performance.timeOrigin + performance.now();
		const response = await fetch(url, { method: 'POST' });
		await response.arrayBuffer();
		if (response.ok) return at;
		await sleep(100);
	}
	throw new Error(`${url} does not answer`);
}

async function allMarked(url, people) {
	const { Client } = require('pg');
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		for (let tries = 0; tries < 100; tries++) {
			const { rows: [{ count }] } = await client.query('SELECT count(*)::int AS count FROM people WHERE sent_at IS NOT NULL');
			if (count === people) return;
			await sleep(200);
		}
		throw new Error('Not everybody was marked as sent');
	} finally {
		await client.end();
	}
}

function credentialOf(url) {
	const { hostname, port, pathname, username, password } = new URL(url);
	return { host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: decodeURIComponent(username), password: decodeURIComponent(password), ssl: 'disable' };
}
