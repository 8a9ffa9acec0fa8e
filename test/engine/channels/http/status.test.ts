import { refusalKind, retryAfterMs } from '../../../../engine/channels/http/status';

describe('refusalKind', () => {
	it.each([
		[200, undefined], [204, undefined], [301, 'request'], [307, 'request'], [400, 'request'], [401, 'auth'], [402, 'auth'], [403, 'auth'], [404, 'request'], [405, 'request'],
		[408, 'transient'], [410, 'request'], [413, 'request'], [415, 'request'], [422, 'request'], [425, 'transient'], [429, 'transient'],
		[500, undefined], [501, undefined], [502, undefined], [503, undefined], [504, undefined], [599, undefined],
	])('%i: %s', (status, kind) => expect(refusalKind(status)).toBe(kind));
});

describe('retryAfterMs', () => {
	const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
	it.each([
		[{ 'retry-after': '3' }, 3000],
		[{ 'retry-after': '0' }, 0],
		[{ 'retry-after': ' 1.5 ' }, 1500],
		[{ 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date }, 30_000],
		[{ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date }, 0],
		[{ 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }, undefined],
		[{ 'retry-after': 'soon' }, undefined],
		[{ 'retry-after': '-5' }, undefined],
		[{}, undefined],
	])('%j: %s', (headers, ms) => expect(retryAfterMs(headers as Record<string, string>)).toBe(ms));
});
