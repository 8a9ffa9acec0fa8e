import { readPath } from '../../../../engine/channels/http/json-path';

describe('readPath', () => {
	const body = { id: 7, data: { messages: [{ id: 'a' }, { id: 'b' }] }, 'data.id': 'literal', empty: null };
	it.each([
		['id', 7],
		['$.id', 7],
		['data.messages[1].id', 'b'],
		['data.messages.0.id', 'a'],
		['data.id', 'literal'],
		['empty', null],
		['empty.x', undefined],
		['nothing', undefined],
		['data.messages[9].id', undefined],
		['__proto__', undefined],
		['constructor.name', undefined],
		['data.messages.length', 2],
	])('%s', (path, value) => expect(readPath(body, path)).toBe(value));

	it('of no object is undefined', () => {
		expect(readPath(undefined, 'a')).toBeUndefined();
		expect(readPath('text', 'length')).toBeUndefined();
	});
});
