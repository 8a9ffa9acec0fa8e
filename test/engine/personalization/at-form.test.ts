import fc from 'fast-check';

import { atForms } from '../../../engine/personalization/at-form';
import { check } from '../../../engine/personalization/check';
import { fixedText, isPersonalized } from '../../../engine/personalization/fixed';
import { compile, type RenderInput, type TemplateOptions } from '../../../engine/personalization/liquid';

const FILTERS = new Set(['default', 'upcase', 'append', 'truncate', 'date', 'first', 'json', 'replace']);
const found = (text: string) => atForms(text, (name) => FILTERS.has(name)).map(({ begin, end, of, property, escaped }) => [text.slice(begin, end), of, property, ...(escaped ? ['escaped'] : [])]);

describe('what is a form', () => {
	it.each([
		['@Profile - name', '@Profile - name', 'Profile', 'name'],
		['Hi @profile - name!', '@profile - name', 'Profile', 'name'],
		["@Add to Cart - eventName | default: 'your next show'", "@Add to Cart - eventName | default: 'your next show'", 'Add to Cart', 'eventName'],
		['performances/@Add to Cart - eventId | default: "1"/x', '@Add to Cart - eventId | default: "1"', 'Add to Cart', 'eventId'],
		['@Sign-Up - plan', '@Sign-Up - plan', 'Sign-Up', 'plan'],
		['@checkout.completed - total.amount. Thanks', '@checkout.completed - total.amount', 'checkout.completed', 'total.amount'],
		['@Profile - first-name, hello', '@Profile - first-name', 'Profile', 'first-name'],
		['@Profile - first name | default: "x"', '@Profile - first name | default: "x"', 'Profile', 'first name'],
		['@Profile - name and more', '@Profile - name', 'Profile', 'name'],
		['@Profile - "first name".', '@Profile - "first name"', 'Profile', 'first name'],
		["@'Hotel - Booked' - room", "@'Hotel - Booked' - room", 'Hotel - Booked', 'room'],
		['@Terms & Conditions Accepted - version', '@Terms & Conditions Accepted - version', 'Terms & Conditions Accepted', 'version'],
		['@Käse gekauft - größe', '@Käse gekauft - größe', 'Käse gekauft', 'größe'],
		['@カートに追加 - 商品名 | default: "商品"を', '@カートに追加 - 商品名 | default: "商品"', 'カートに追加', '商品名'],
		['@Event - sku|upcase', '@Event - sku|upcase', 'Event', 'sku'],
		['@Event - sku | append: "-" | upcase and on', '@Event - sku | append: "-" | upcase', 'Event', 'sku'],
		['@Event - sku | truncate: 20, "..." left', '@Event - sku | truncate: 20, "..."', 'Event', 'sku'],
		['@Event - sku | default: "x", "y"', '@Event - sku | default: "x"', 'Event', 'sku'],
		['@Event - sku | default: "x", 20% off', '@Event - sku | default: "x"', 'Event', 'sku'],
		['@Event - on | default: "no", allow_false: true!', '@Event - on | default: "no", allow_false: true', 'Event', 'on'],
		['@Event - sku | default: Profile.favourite.', '@Event - sku | default: Profile.favourite', 'Event', 'sku'],
		['@Event - sku | default: "a \\" b" c', '@Event - sku | default: "a \\" b"', 'Event', 'sku'],
		['@Profile - name | Acme', '@Profile - name', 'Profile', 'name'],
		['@Profile - name | 20% off', '@Profile - name', 'Profile', 'name'],
		['@Profile - name | note: bring a towel', '@Profile - name', 'Profile', 'name'],
		['(@Profile - name)', '@Profile - name', 'Profile', 'name'],
		['sku-@Charged - id', '@Charged - id', 'Charged', 'id'],
		['@home, @shop - best', '@shop - best', 'shop', 'best'],
		['@@@Profile - name', '@Profile - name', 'Profile', 'name', 'escaped'],
		['@@Profile - name', '@Profile - name', 'Profile', 'name', 'escaped'],
	])('%s', (text, ...form) => expect(found(text)).toEqual([form]));

	it('several, one right behind the other', () => {
		expect(found('@Profile - first@Profile - last and @Charged - amount')).toEqual([
			['@Profile - first', 'Profile', 'first'], ['@Profile - last', 'Profile', 'last'], ['@Charged - amount', 'Charged', 'amount'],
		]);
	});
});

describe('what is text', () => {
	it.each([
		'mail us at a@b.com', 'mail us at a@b.com - we answer', 'first.last@example.com - write', 'x+@b - c', 'me_@b.com - we', '@home', 'We are @home - ', '@home -now', '@home- now', '@home  -  now',
		'@ - x', '@Profile', '@Profile -', '@Profile - ', '@Profile – name', '@Profile\n- name', '@Profile - \nname', '@a, b - c', '@a: b - c', '@a. b - c', '@media (max-width: 10px) - x', '@"" - x', '@Profile - ""', '@ Profile - name', '@@', '@@home', 'a @ b - c', `@${'x'.repeat(513)} - y`,
	])('%s', (text) => {
		expect(found(text)).toEqual([]);
		expect(compile(text).render({ profile: {}, now: 0 })).toEqual({ ok: true, text });
	});

	it('whatever holds no " - " after an @', () => {
		const piece = fc.constantFrom('@', '@@', ' ', '-', ' -', '- ', '\n', 'a', 'é', '漢', '.', '"', "'", '|', ' | default: "x"', 'Profile', 'me@example.com', '&', '<b>', '{', '}', '$$To');
		const text = fc.oneof(fc.array(piece).map((pieces) => pieces.join('')), fc.string({ unit: 'grapheme' })).filter((one) => !/@[^\n]* - /u.test(one) && !/\{\{|\{%/.test(one));
		fc.assert(fc.property(text, (one) => {
			expect(compile(one).render({ profile: {}, now: 0 })).toEqual({ ok: true, text: one });
		}), { numRuns: 2_000 });
	});

	it('is as a template gives it where it is the same for everybody', () => {
		const piece = fc.constantFrom('@', '@@', ' - ', ' ', 'shop', 'our best', 'me@example.com', '"Hotel - x"', ' | default: "x"', ' | upcase', '| Acme', '.', '\n');
		fc.assert(fc.property(fc.array(piece).map((pieces) => pieces.join('')).filter((one) => !isPersonalized(one)), (one) => {
			expect({ ok: true, text: fixedText(one) }).toEqual(compile(one).render({ profile: {}, now: 0 }));
		}), { numRuns: 2_000 });
		expect(fixedText('a @@shop - us @@@Profile - x')).toBe('a @shop - us @@Profile - x');
	});

	it('is looked through in little time', () => {
		for (const text of ['@a'.repeat(90_000), `@${'a '.repeat(90_000)}`, '@a - b'.repeat(30_000), `@${'a-'.repeat(90_000)}`, '@Profile - a | default: '.repeat(8_000)]) {
			const before = performance.now();
			found(text);
			expect(performance.now() - before).toBeLessThan(2_000);
		}
	});
});

const events: Record<string, object> = { addtocart: { eventName: 'Hamlet', eventId: 7, tags: ['a', 'b'], empty: '', 'seat.row': 'F', venue: { city: 'Lyon', 'a.b': 'deep' }, name: 'own name' } };
const render = (template: string, options: TemplateOptions = {}, input: Partial<RenderInput> = {}) =>
	compile(template, options).render({
		profile: { name: 'Ann', 'first name': 'Ann Lee', html: '<b>"', evil: '@Profile - name {{ Profile.name }}', day: '2024-03-10' }, event: { sku: 'S1' },
		eventOf: (key) => events[key], now: 0, ...input,
	});

describe('what a person gets', () => {
	it.each([
		['Hi @Profile - name.', 'Hi Ann.'],
		['@Profile - first name | default: "you"', 'Ann Lee'],
		['@Profile - nick | default: "there" | upcase', 'THERE'],
		['@Add to Cart - eventName | default: "your show"', 'Hamlet'],
		['@add TO cart - eventName', 'Hamlet'],
		['performances/@Add to Cart - eventId | default: "1"/now', 'performances/7/now'],
		['@Add to Cart - tags | first', 'a'],
		['@Add to Cart - seat.row, @Add to Cart - venue.city, @Add to Cart - venue.a.b', 'F, Lyon, deep'],
		['@Add to Cart - name', 'own name'],
		['@Never Done - x | default: "none"', 'none'],
		['@Event - sku', 'S1'],
		['@Profile - day | date: "%d %B"', '10 March'],
		['@Profile - evil', '@Profile - name {{ Profile.name }}'],
		['@@Profile - name and @Profile - name', '@Profile - name and Ann'],
		['{% if Profile.name %}@Profile - name{% endif %} and {{ Profile.name }}', 'Ann and Ann'],
		['{{ "@Profile - name" }}{% assign x = "@Profile - name" %}{{ x }}', '@Profile - name@Profile - name'],
		['{% raw %}@Profile - name @@Profile - name{% endraw %}{% comment %}@Profile - x{% endcomment %}', '@Profile - name @@Profile - name'],
		['{% capture c %}@Profile - name{% endcapture %}{{ c }}{{ c }}', 'AnnAnn'],
		['a {%- if true -%} @Profile - name {%- endif -%} b', 'aAnnb'],
		['{{ Profile.name }}@Profile - name', 'AnnAnn'],
		['@Profile - name | Acme', 'Ann | Acme'],
	])('%s', (template, text) => expect(render(template)).toEqual({ ok: true, text }));

	it.each([
		['@Profile - nick', '@Profile - nick'],
		['@Add to Cart - empty', '@Add to Cart - empty'],
		['@Add to Cart - venue.zip', '@Add to Cart - venue.zip'],
		['@Never Done - x | upcase', '@Never Done - x'],
		['@Profile - nick | default: Profile.other', '@Profile - nick | default: Profile.other'],
		['@Profile - constructor', '@Profile - constructor'],
	])('%s lacks its value', (template, what) => {
		expect(render(template)).toEqual({ ok: false, reason: 'personalization_failed', detail: `No value for ${what}, and the template gives no default` });
		expect(render(template, { missing: 'empty' })).toMatchObject({ ok: true });
	});

	it('escaped as anything else', () => {
		expect(render('<p>@Profile - html</p>', { escape: 'html' })).toEqual({ ok: true, text: '<p>&lt;b&gt;&quot;</p>' });
		expect(render('<p>@Profile - html | raw</p>', { escape: 'html' })).toEqual({ ok: true, text: '<p><b>"</p>' });
		expect(render('{"a": "@Profile - html", "b": @Profile - name | json}', { escape: 'json' })).toEqual({ ok: true, text: '{"a": "<b>\\"", "b": "Ann"}' });
		expect(render('x?q=@Profile - html', { escape: 'url' })).toEqual({ ok: true, text: 'x?q=%3Cb%3E%22' });
	});

	it('of an object is refused', () => expect(render('@Add to Cart - venue')).toMatchObject({ ok: false, detail: expect.stringContaining('is an object') }));
});

describe('mistakes', () => {
	it.each([
		['Hi @Profile - name | default: there', 1, 4, 'the value after "default:" has to be in straight quotes'],
		['a\n @Add to Cart - x | default: “you”', 2, 2, 'the value after "default:" has to be in straight quotes'],
		['@Profile - name | shout: "x"', 1, 1, 'undefined filter: shout'],
	])('%s', (template, line, column, message) => {
		expect(check(template)).toEqual([{ line, column, message }]);
		expect(() => compile(template)).toThrow(message);
	});

	it('lists several', () => expect(check('@Profile - a | default: x and @Profile - b | default: y {% wibble %}')).toHaveLength(3));
});

it('says which properties of which events it asks for', () => {
	expect(compile('@Add to Cart - a @addtocart - b @Profile - c @Event - d {{ Event.e }}').named).toEqual([{ event: 'addtocart', property: 'a' }, { event: 'addtocart', property: 'b' }]);
});
