import fc from 'fast-check';

import { piecesIn, Skeleton } from '../../../../engine/channels/email/skeleton';

const NAME = /\{(\d+)\}/g;

function write(texts: string[]) {
	const skeleton = new Skeleton(texts.length, (index) => `{${index}}`);
	const text = skeleton.write(texts);
	return { text, values: skeleton.values, back: skeleton.values.map((of) => text.replace(NAME, (_name, index: string) => of[Number(index)] as string)) };
}

describe('Skeleton', () => {
	it.each([
		['equal texts', ['<p>Hello</p>', '<p>Hello</p>'], '<p>Hello</p>', [[], []]],
		['one text', ['Hello Ann'], 'Hello Ann', [[]]],
		['a name', ['<p>Hello Ann Lee, welcome</p>', '<p>Hello Bo, welcome</p>'], '<p>Hello {0} welcome</p>', [['Ann Lee,'], ['Bo,']]],
		['the end of a link', ['<a href="https://x.example/u/ab1?c=1">', '<a href="https://x.example/u/ab2?c=1">'], '<a href="https://x.example/u/{0}">', [['ab1?c=1'], ['ab2?c=1']]],
		['lines', ['Hi Ann\nSee you\nAnn', 'Hi Bo\nSee you\nBo'], 'Hi {0}\nSee you\n{1}', [['Ann', 'Ann'], ['Bo', 'Bo']]],
		['nothing and something', ['<p></p>', '<p></p>'], '<p></p>', [[], []]],
		['an entity', ['a &amp; b', 'a &lt; b'], 'a {0} b', [['&amp;'], ['&lt;']]],
	])('%s', (_name, texts, text, values) => {
		expect(write(texts)).toEqual({ text, values, back: texts });
	});

	it('refuses texts that are not built alike', () => {
		expect(piecesIn('<p>a</p>')).not.toBe(piecesIn('<p>a<br>b</p>'));
		expect(() => write(['<p>a</p>', '<p>a<br>b</p>'])).toThrow('not built alike');
	});

	it('gives every text back', () => {
		const word = fc.constantFrom('Ann', 'Bo', 'é😀', '&amp;', ' ', '/', '"', '=', 'https://x.example/a', '');
		const slot = fc.array(word, { maxLength: 4 }).map((words) => words.join(''));
		fc.assert(fc.property(fc.array(fc.tuple(slot, slot, slot), { minLength: 1, maxLength: 5 }), (people) => {
			const texts = people.map(([a, b, c]) => `<p>Hello ${a}!</p>\n<a href="https://x.example/${b}">go</a> ${c} bye ${a}\n`);
			const { back, text } = write(texts);
			expect(back).toEqual(texts);
			expect(text).toContain('href="https://x.example/');
		}));
	});
});
