import { pathReader } from '../../../engine/segments/paths';

const data = JSON.parse(`{
	"city": "Lyon", "a": { "b": 1, "b.c": 2, "d": { "e": 3 }, "list": [{ "x": 1 }] }, "a.d": { "e": 4 },
	"p.q": null, "p": { "q": 5 }, "__proto__": { "polluted": true }, "empty": {}
}`) as Record<string, unknown>;

test.each([
	['city', 'Lyon'],
	['a.b', 1],
	['a.b.c', 2],
	// The longest literal key first.
	['a.d.e', 4],
	['p.q', null],
	['a.x', undefined],
	['city.length', undefined],
	['a.list.x', undefined],
	['a.list.length', undefined],
	['constructor', undefined],
	['empty.constructor', undefined],
	['toString.name', undefined],
	['__proto__.polluted', true],
	['.a', undefined],
	['a.', undefined],
	['a..b', undefined],
])('%s', (path, expected) => expect(pathReader(path)(data)).toEqual(expected));

test('nothing is there when there are no properties', () => {
	expect(pathReader('city')(undefined)).toBeUndefined();
	expect(pathReader('a.b')(undefined)).toBeUndefined();
});
