import { Client } from 'pg';

import { accountZone, getStore, postgresOptions, type StoreContext } from '../../../nodes/shared/store';

const VARIABLES = ['N8N_CAMPAIGNS_TIMEZONE', 'GENERIC_TIMEZONE', 'N8N_CAMPAIGNS_STORE', 'N8N_USER_FOLDER'];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

afterEach(() => {
	for (const [name, value] of Object.entries(before)) {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
});

const context = { getInputData: () => [], getNodeParameter: () => 'embedded', getNode: () => ({}) } as unknown as StoreContext;

test('an empty variable is as good as none', () => {
	Object.assign(process.env, { N8N_CAMPAIGNS_TIMEZONE: '', GENERIC_TIMEZONE: 'Europe/Paris' });
	expect(accountZone()).toBe('Europe/Paris');
	process.env.GENERIC_TIMEZONE = '';
	expect(accountZone()).toBe('UTC');
});

test('a store whose zone or folder cannot be used is refused, and the variable is named', async () => {
	Object.assign(process.env, { N8N_CAMPAIGNS_STORE: '', N8N_USER_FOLDER: '/dev/null', N8N_CAMPAIGNS_TIMEZONE: '' });
	await expect(getStore(context)).rejects.toMatchObject({ message: expect.stringContaining('/dev/null/.n8n/campaigns/store.sqlite') });
	process.env.N8N_CAMPAIGNS_TIMEZONE = 'Europe/Pari';
	await expect(getStore(context)).rejects.toMatchObject({ message: expect.stringContaining('Europe/Pari'), hint: expect.stringContaining('N8N_CAMPAIGNS_TIMEZONE') });
});

describe('a credential of PostgreSQL', () => {
	const clientOf = (more: object) => new Client({ connectionString: postgresOptions({ host: 'db', port: 5433, database: 'shop', user: 'me', password: 'p@ss/word', ...more }).connectionString });

	test.each([
		['db.example.com', 'db.example.com'],
		[' db.example.com ', 'db.example.com'],
		['10.0.0.7', '10.0.0.7'],
		['::1', '::1'],
		['/var/run/postgresql', '/var/run/postgresql'],
	])('leads to the server %s', (host, expected) => {
		expect(clientOf({ host })).toMatchObject({ host: expected, port: 5433, database: 'shop', user: 'me', password: 'p@ss/word' });
	});

	test.each(['my@shop', 'my shop', 'a/b', 'ünïcode', '50%'])('leads to the database %s', (database) => {
		expect(clientOf({ database }).database).toBe(database);
	});

	test.each(['', 'db:5432', 'postgres://me:secret@db/shop', 'db/shop'])('is refused where its host is %s, which is not told', (host) => {
		expect(() => clientOf({ host })).toThrow(/^"Host" of the PostgreSQL credential is not the name or address of a server$/);
	});
});
