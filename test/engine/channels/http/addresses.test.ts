import { lookup } from 'node:dns';
import { assertPublicLiteral, isPrivateAddress, publicLookup } from '../../../../engine/channels/http/addresses';

describe('isPrivateAddress', () => {
	it.each([
		'0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.255', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1',
		'192.168.1.1', '198.18.0.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '255.255.255.255',
		'::', '::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '100::1',
		'::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '::127.0.0.1',
		'not an address', '', '1.2.3', '01.2.3.4.5',
	])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));

	it.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.255.255', '100.128.0.1', '192.167.1.1', '2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
		'%s is public',
		(address) => expect(isPrivateAddress(address)).toBe(false),
	);
});

describe('assertPublicLiteral', () => {
	it.each(['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://017700000001/', 'http://[::1]:8080/', 'http://[::ffff:10.0.0.1]/', 'http://127.1/'])(
		'refuses %s',
		(url) => expect(() => assertPublicLiteral(new URL(url))).toThrow(/private or reserved/),
	);

	it('leaves names and public addresses alone', () => {
		expect(() => assertPublicLiteral(new URL('https://example.com/'))).not.toThrow();
		expect(() => assertPublicLiteral(new URL('https://8.8.8.8/'))).not.toThrow();
	});
});

describe('publicLookup', () => {
	const resolve = (host: string, all: boolean) =>
		new Promise<{ error: Error | null; address: unknown }>((done) => publicLookup(host, { all }, (error, address) => done({ error, address })));

	it.each([true, false])('refuses a name that resolves to loopback (all: %s)', async (all) => {
		// The machine's own name for itself really resolves, through the real resolver.
		await new Promise<void>((done, fail) => lookup('localhost', (error) => (error ? fail(error) : done())));
		const { error } = await resolve('localhost', all);
		expect(error).toMatchObject({ code: 'private_address' });
	});

	it('passes a public literal on', async () => {
		expect(await resolve('8.8.8.8', true)).toEqual({ error: null, address: [{ address: '8.8.8.8', family: 4 }] });
	});
});
