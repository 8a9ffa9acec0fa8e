import { signAws } from '../../../../engine/channels/http/aws-signature';

/** Signer and time of the test suite that AWS publishes for Signature Version 4. */
const signer = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'us-east-1', service: 'service' };
const NOW = Date.parse('2015-08-30T12:36:00Z');
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

it.each([
	['get-vanilla', 'GET', '/', {}, undefined, 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
	['get-vanilla-query-order-key-case', 'GET', '/?Param2=value2&Param1=value1', {}, undefined, 'host;x-amz-date', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
	['post-vanilla', 'POST', '/', {}, undefined, 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
	['post-x-www-form-urlencoded', 'POST', '/', form, 'Param1=value1', 'content-type;host;x-amz-date', 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'],
] as const)('%s', (_name, method, path, headers, body, names, signature) => {
	const signed = signAws({ method, url: `https://example.amazonaws.com${path}`, headers, body }, signer, NOW);
	expect(signed.headers).toEqual({
		...headers, 'X-Amz-Date': '20150830T123600Z',
		Authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
	});
	expect(signed).toMatchObject({ method, body, url: `https://example.amazonaws.com${path}` });
});

it('signs bytes as it signs the same text', () => {
	const request = { method: 'POST' as const, url: 'https://example.amazonaws.com/', headers: form };
	expect(signAws({ ...request, bytes: Buffer.from('Param1=value1') }, signer, NOW).headers).toEqual(signAws({ ...request, body: 'Param1=value1' }, signer, NOW).headers);
});
