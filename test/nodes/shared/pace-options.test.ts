import { readPace } from '../../../nodes/shared/provider-parameters';

describe('pace options', () => {
	it('are numbers, or not set', () => {
		expect(readPace({ concurrency: 5, timeout: 2, requestsPerSecond: 0 })).toEqual({ concurrency: 5, messagesPerRequest: undefined, requestsPerSecond: undefined, retries: undefined, timeoutMs: 2_000 });
		expect(readPace({ retries: '3' as unknown as number })).toMatchObject({ retries: 3 });
	});

	it.each(['={{ 5 }}', 'many', {}])('%j is none', (value) => {
		expect(() => readPace({ concurrency: value as number })).toThrow(expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining('concurrency') }));
	});
});
