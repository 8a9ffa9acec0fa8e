import { check } from '../../../engine/personalization/check';
import { compile, type RenderInput, type TemplateOptions } from '../../../engine/personalization/liquid';

const NOW = Date.UTC(2025, 0, 2, 22, 30);
const profile = JSON.parse(`{
	"name": "Ann", "empty": "", "nothing": null, "zero": 0, "no": false, "first name": "Ann Lee",
	"items": [{ "title": "a" }, { "title": "b", "price": null }], "tags": ["x", null, "y"], "address": { "city": "Lyon", "zip": null },
	"evil": "{{ Profile.name }}{% abort %}", "day": "2024-03-10", "moment": "2024-03-10T23:30:00Z", "seconds": 1710000000, "millis": 1710000000000, "nanos": 1709933400000000000, "digits": "99999999999999999999",
	"__proto__": { "admin": "yes" }, "html": "<b>\\"&'"
}`) as object;
const render = (template: string, options: TemplateOptions = {}, input: Partial<RenderInput> = {}) => compile(template, options).render({ profile, event: { sku: 'S1', price: 12.5 }, now: NOW, ...input });

describe('what a person gets', () => {
	it.each([
		['plain text, {x} and $$To', 'plain text, {x} and $$To'],
		['', ''],
		['Hi {{ Profile.name }}!', 'Hi Ann!'],
		['{{ Profile["first name"] }}', 'Ann Lee'],
		['{{ Event.sku }} for {{ Event.price }}', 'S1 for 12.5'],
		['{{ Profile.zero }} {{ Profile.no }}', '0 false'],
		['{{ Profile.address.city | upcase }}', 'LYON'],
		['{{ Profile.tags }}', 'xy'],
		['{{ Profile.tags | join: "," }}', 'x,,y'],
		['{{ Profile.items[0].title }}{{ Profile.items.size }}{{ Profile.items.last.title }}', 'a2b'],
		['{{ Profile.items | map: "title" | join: "+" }}', 'a+b'],
		['{% for i in Profile.items %}{{ forloop.index }}{{ i.title }}{% endfor %}', '1a2b'],
		['{% for i in Profile.none %}x{% else %}none{% endfor %}', 'none'],
		['{{ Profile.address | json }}', '{"city":"Lyon","zip":null}'],
		['{{ Profile.x | default: "you" }}', 'you'],
		['{{ Profile.empty | default: "you" }}{{ Profile.nothing | default: "!" }}', 'you!'],
		['{{ Profile.x | capitalize | default: "you" }}', 'you'],
		['{{ Profile.x | default: "" }}', ''],
		['{{ Profile.x | default: Profile.name }}', 'Ann'],
		['{% if Profile.age > 30 %}old{% else %}unknown{% endif %}', 'unknown'],
		['{% if Profile.x %}a{% elsif Profile.name == "Ann" %}b{% endif %}', 'b'],
		['{% unless Profile.empty %}empty is missing{% endunless %}', 'empty is missing'],
		['{% case Profile.x %}{% when "a" %}1{% else %}2{% endcase %}', '2'],
		['{% assign n = Profile.x | default: "" %}[{{ n }}]', '[]'],
		['{% capture c %}{{ Profile.name }}{% endcapture %}{{ c }}{{ c }}', 'AnnAnn'],
		['{% liquid\nassign n = Profile.name\necho n | downcase\n%}', 'ann'],
		['{% raw %}{{ Profile.name }}{% endraw %}{% comment %}x{% endcomment %}', '{{ Profile.name }}'],
		['{% if false %}{% abort %}{% endif %}sent', 'sent'],
	])('%s', (template, text) => expect(render(template)).toEqual({ ok: true, text }));

	it('text of a person is never read as a template', () => {
		expect(render('{{ Profile.evil }}{{ Profile.evil | append: "{{ Profile.name }}" }}')).toEqual({ ok: true, text: '{{ Profile.name }}{% abort %}{{ Profile.name }}{% abort %}{{ Profile.name }}' });
	});
});

describe('what a person lacks', () => {
	it.each([
		['{{ Profile.x }}', 'Profile.x'],
		['a {{ Profile.empty }}', 'Profile.empty'],
		['{{ Profile.nothing }}', 'Profile.nothing'],
		['{{ Profile.address.zip }}', 'Profile.address.zip'],
		['{{ Profile.deep.er.still }}', 'Profile.deep.er.still'],
		['{{ Profile.x | upcase }}', 'Profile.x'],
		['{{ "a" | append: Profile.x }}', 'Profile.x'],
		['{{ Profile.items[7].title }}', 'Profile.items[7].title'],
		['{% for i in Profile.items %}{{ i.price }}{% endfor %}', 'i.price'],
		['{% assign n = Profile.x %}{{ n }}', 'n'],
		['{% echo Profile.x %}', 'Profile.x'],
		['{{ Profile.x | default: Profile.y }}', 'Profile.x | default: Profile.y'],
		['{{ Profile.size }}', 'Profile.size'],
		['{{ Typo.x }}', 'Typo.x'],
	])('%s names %s', (template, variable) => {
		expect(render(template)).toEqual({ ok: false, reason: 'personalization_failed', detail: `No value for ${variable}, and the template gives no default` });
		expect(render(template, { missing: 'empty' })).toMatchObject({ ok: true });
	});

	it('a campaign without an event has no Event', () => {
		expect(render('{{ Event.sku }}', {}, { event: undefined })).toMatchObject({ ok: false, detail: expect.stringContaining('Event.sku') });
		expect(render('{{ Event.sku | default: "it" }}', {}, { event: undefined })).toEqual({ ok: true, text: 'it' });
	});

	it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', '__defineGetter__'])('%s is plain data: missing unless the person has it', (key) => {
		const clean = { profile: { name: 'x' } };
		const missing = { ok: false, detail: expect.stringContaining('No value for Profile') };
		expect(render(`{{ Profile.${key} }}`, {}, clean)).toMatchObject(missing);
		expect(render(`{{ Profile["${key}"] }}`, {}, clean)).toMatchObject(missing);
		expect(render(`{{ Profile.name.${key} }}`, {}, clean)).toMatchObject({ ok: false });
		expect(render(`{{ ${key} }}`, {}, clean)).toMatchObject({ ok: false });
		const owner = JSON.parse(`{"${key}": "mine"}`) as object;
		expect(render(`{{ Profile.${key} }}`, {}, { profile: owner })).toEqual({ ok: true, text: 'mine' });
	});

	it('what an object inherits is not the person\'s', () => {
		const heir = Object.assign(Object.create({ rank: 'king' }) as object, { name: 'x' });
		expect(render('{{ Profile.name }}{{ Profile.rank | default: "" }}', {}, { profile: heir })).toEqual({ ok: true, text: 'x' });
	});

	it('an own __proto__ of JSON is data and changes nothing else', () => {
		expect(render('{{ Profile.__proto__.admin }}')).toEqual({ ok: true, text: 'yes' });
		expect(render('{{ Profile.admin }}')).toMatchObject({ ok: false });
		expect(({} as { admin?: string }).admin).toBeUndefined();
	});
});

describe('a constant event property', () => {
	const values = (...list: Array<string | number | boolean>) => ({ constantEventProperty: list });
	it.each([
		['{% for x in ConstantEventProperty limit:2 %}{{ x }};{% endfor %}', 'n1;n2;'],
		['{% for x in ConstantEventProperty reversed %}{{ x }}{% endfor %}', 'n3n2n1'],
		['{{ ConstantEventProperty[0] }} {{ ConstantEventProperty[1] }} {{ ConstantEventProperty.last }}', 'n1 n2 n3'],
		['{{ ConstantEventProperty.size }}{{ ConstantEventProperty | size }}', '33'],
		['{{ ConstantEventProperty | join: ", " }}', 'n1, n2, n3'],
		['{{ ConstantEventProperty | reverse | join: "" }}{{ ConstantEventProperty | slice: 0, 2 }}', 'n3n2n1n1n2'],
		['{{ ConstantEventProperty | json }}', '["n1","n2","n3"]'],
		['{{ ConstantEventProperty }}', 'n1'],
		['{{ ConstantEventProperty | default: "this item" }}', 'n1'],
		['{{ ConstantEventProperty | upcase | append: ".png" }}', 'N1.png'],
		['{{ "/p/" | append: ConstantEventProperty }}', '/p/n1'],
		['{% assign x = ConstantEventProperty %}{{ x }}{% echo x %}', 'n1n1'],
		['{% capture x %}{{ ConstantEventProperty }}{% endcapture %}{{ x }}', 'n1'],
		['{% if ConstantEventProperty == "n1" and "n1" == ConstantEventProperty %}yes{% endif %}', 'yes'],
		['{% if ConstantEventProperty != "n2" and ConstantEventProperty != empty and ConstantEventProperty != nil %}yes{% endif %}', 'yes'],
		['{% if ConstantEventProperty contains "n2" %}yes{% endif %}', 'yes'],
		['{% if ConstantEventProperty %}some{% endif %}', 'some'],
		['{% case ConstantEventProperty %}{% when "n1" %}one{% else %}other{% endcase %}', 'one'],
	])('%s', (template, text) => expect(render(template, {}, values('n1', 'n2', 'n3'))).toEqual({ ok: true, text }));

	it('of numbers counts by the newest', () => {
		const template = '{{ ConstantEventProperty | plus: 1 }}{% if ConstantEventProperty > 6 and 8 > ConstantEventProperty and ConstantEventProperty <= 7 %} seven{% endif %}';
		expect(render(template, {}, values(7, 9))).toEqual({ ok: true, text: '8 seven' });
		expect(render('{{ ConstantEventProperty | default: "x" }}', {}, values(false))).toEqual({ ok: true, text: 'false' });
	});

	it.each([[{}], [values()]])('that a person lacks is missing as anything else: %j', (input) => {
		expect(render('{{ ConstantEventProperty }}', {}, input)).toEqual({ ok: false, reason: 'personalization_failed', detail: 'No value for ConstantEventProperty, and the template gives no default' });
		expect(render('{{ ConstantEventProperty[0] }}', {}, input)).toMatchObject({ ok: false });
		expect(render('{{ ConstantEventProperty | default: "this item" }}', {}, input)).toEqual({ ok: true, text: 'this item' });
		expect(render('{% for x in ConstantEventProperty %}x{% else %}none{% endfor %}{% unless ConstantEventProperty %}!{% endunless %}', {}, input)).toEqual({ ok: true, text: 'none!' });
	});

	it('has no further value than it has', () => {
		expect(render('{{ ConstantEventProperty[1] }}', {}, values('a'))).toMatchObject({ ok: false, detail: expect.stringContaining('ConstantEventProperty[1]') });
		expect(render('{{ ConstantEventProperty.equals }}', {}, values('a'))).toMatchObject({ ok: false });
	});

	it('is data: escaped, and never read as a template', () => {
		const evil = values('{{ Profile.name }}"{% abort %}');
		expect(render('{{ ConstantEventProperty }}{{ ConstantEventProperty[0] }}', {}, evil)).toEqual({ ok: true, text: '{{ Profile.name }}"{% abort %}{{ Profile.name }}"{% abort %}' });
		expect(render('{ "sku": "{{ ConstantEventProperty }}" }', { escape: 'json' }, evil)).toEqual({ ok: true, text: '{ "sku": "{{ Profile.name }}\\"{% abort %}" }' });
	});

	it('is known wherever templates are checked', () => expect(check('{{ ConstantEventProperty | default: "x" }}')).toEqual([]));
});

describe('what ends a message', () => {
	it.each(['{% abort %}', 'a{% if Profile.name == "Ann" %}{% abort %}{% endif %}', '{% for i in Profile.items %}{% abort %}{% endfor %}', '{% capture x %}{% abort %}{% endcapture %}'])('%s', (template) => {
		expect(render(template)).toMatchObject({ ok: false, reason: 'liquid_aborted' });
	});

	it.each([
		['{{ Profile.address }}', /object/],
		['{{ Profile.items }}', /object/],
		['{% for i in (1..100000000) %}{% endfor %}', /limit/],
		['{% assign s = "xxxxxxxxxx" %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}', /limit/],
		['{% for i in (1..100000) %}0123456789{% endfor %}', /longer than 100000/],
		['{% for i in (1..3000) %}{% for j in (1..3000) %}{% for k in (1..3000) %}{% assign x = k %}{% endfor %}{% endfor %}{% endfor %}', /limit/],
	])('%s', (template, why) => {
		const result = render(template);
		expect(result).toMatchObject({ ok: false, reason: 'personalization_failed', detail: expect.stringMatching(why) });
	});

	it('keeps to the operator\'s own length', () => {
		expect(render('12345', { maxLength: 5 })).toMatchObject({ ok: true });
		expect(render('123456', { maxLength: 5 })).toMatchObject({ ok: false });
	});
});

describe('dates', () => {
	it.each([
		['{{ Profile.day | date: "%d %b %Y %H:%M" }}', '10 Mar 2024 00:00'],
		['{{ Profile.moment | date: "%Y-%m-%d %H:%M" }}', '2024-03-11 05:00'],
		['{{ Profile.seconds | date: "%Y-%m-%d %H:%M" }}', '2024-03-09 21:30'],
		['{{ Profile.millis | date: "%Y-%m-%d %H:%M" }}', '2024-03-09 21:30'],
		['{{ "now" | date: "%Y-%m-%d %H:%M" }}', '2025-01-03 04:00'],
		['{{ Profile.name | date: "%Y" }}', 'Ann'],
		['{{ Profile.nanos | date: "%Y" }} {{ Profile.digits | date: "%Y" }}', '1709933400000000000 99999999999999999999'],
	])('%s in the person\'s zone', (template, text) => expect(render(template, {}, { timezone: 'Asia/Kolkata' })).toEqual({ ok: true, text }));

	it('are UTC where no zone is given, whatever the machine says', () => {
		expect(render('{{ Profile.day | date: "%d %H:%M" }} {{ Profile.moment | date: "%H:%M" }}')).toEqual({ ok: true, text: '10 00:00 23:30' });
	});
});

describe('escaping', () => {
	it.each([
		['none', '{{ Profile.html }}', '<b>"&\''],
		['html', '{{ Profile.html }}{{ Profile.html | raw }}', '&lt;b&gt;&quot;&amp;&#39;<b>"&\''],
		['url', 'x?q={{ Profile.html }}', 'x?q=%3Cb%3E%22%26\''],
		['json', '{"t":"{{ Profile.html }}","o":{{ Profile.address | json }}}', '{"t":"<b>\\"&\'","o":{"city":"Lyon","zip":null}}'],
	] as const)('%s', (escape, template, text) => expect(render(template, { escape })).toEqual({ ok: true, text }));
});

describe('mistakes', () => {
	it.each([
		['Hi {{ Profile.name', 1, 4, /not closed/],
		['a\n  {% if x %}b', 2, 3, /not closed/],
		['{{ Profile.name | shout }}', 1, 1, /undefined filter: shout/],
		['a\nb {% wibble %}', 2, 3, /"wibble" not found/],
		['{% include "secret" %}', 1, 1, /not found/],
		['{% render "secret" %}', 1, 1, /not found/],
		['{% layout "secret" %}', 1, 1, /not found/],
		['{{ Profile.items | where_exp: "i", "i.title" }}', 1, 1, /undefined filter/],
		['Hello\n {{ profile.name }}', 2, 5, /Unknown variable "profile"/],
	])('%s', (template, line, column, message) => {
		expect(check(template)).toEqual([{ line, column, message: expect.stringMatching(message) }]);
	});

	it('lists several', () => {
		expect(check('{{ a | nofilter }}\n{% wibble %}\n{{ Profile.name | also_none }}')).toHaveLength(3);
	});

	it.each(['', 'plain', '{{ Profile.name }}{{ Event.x | default: 1 }}', '{% assign a = 1 %}{{ a }}{% for i in Profile.items %}{{ i }}{{ forloop.index }}{% endfor %}', '{% abort %}', '{% echo Profile.a %}'])('finds none in %j', (template) => expect(check(template)).toEqual([]));

	it('knows the further roots of a campaign', () => {
		expect(check('{{ Linked.Api.x }}')).toHaveLength(1);
		expect(check('{{ Linked.Api.x }}', ['Linked'])).toEqual([]);
		expect(render('{{ Linked.Api.x }}', {}, { extra: { Linked: { Api: { x: 1 } } } })).toEqual({ ok: true, text: '1' });
	});

	it('compile says where', () => {
		expect(() => compile('a\n {{ Profile.name | shout }}')).toThrow(/line 2, column 2: undefined filter: shout/);
		expect(() => compile('x'.repeat(200_001))).toThrow(/limit/);
	});
});

it('one template renders for many, keeping nothing of one for the next', () => {
	const template = compile('{% increment n %}{% assign seen = seen | default: "" | append: Profile.name %}{{ seen }}');
	for (const name of ['Ann', 'Bob', 'Cid']) expect(template.render({ profile: { name }, now: NOW })).toEqual({ ok: true, text: `0${name}` });
});
