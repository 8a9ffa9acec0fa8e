import { examine } from '../../../engine/personalization/check';

const uses = (template: string) => examine(template).uses.map(({ of, property, needed, line, column }) => `${of}/${property}${needed ? '!' : ''} ${line}:${column}`);

describe('what a template asks for', () => {
	it.each([
		['plain', []],
		['Hi {{ Profile.name }}', ['Profile/name! 1:7']],
		['a\n{{ Profile.address.city | upcase }}', ['Profile/address.city! 2:4']],
		['{{ Profile["first name"] | default: "x" }}', ['Profile/first name 1:4']],
		['{{ Profile.tags[0] }}{{ Profile.items.first.title }}', ['Profile/tags! 1:4', 'Profile/items.first.title! 1:25']],
		['{{ Profile.a | append: Event.b }}', ['Profile/a! 1:4', 'Event/b! 1:24']],
		['@Add to Cart - event.name and @Profile - x | default: Profile.y', ['Add to Cart/event.name! 1:1', 'Profile/x 1:31', 'Profile/y 1:55']],
		['{% if Profile.a %}{{ Profile.a }}{{ Profile.b }}{% else %}{{ Event.c }}{% endif %}{{ Profile.a }}', ['Profile/a 1:7', 'Profile/a 1:22', 'Profile/b! 1:37', 'Event/c! 1:62', 'Profile/a! 1:86']],
		['{% unless Profile.a == "x" %}@Profile - a{% endunless %}', ['Profile/a 1:11', 'Profile/a 1:30']],
		['{% case Profile.a %}{% when "x" %}{{ Profile.a }}{% endcase %}', ['Profile/a 1:9', 'Profile/a 1:38']],
		['{% for i in Profile.items %}{{ i.title }}{{ Profile.items.size }}{% endfor %}', ['Profile/items 1:13', 'Profile/items.size! 1:45']],
		['{% assign n = Profile.a %}{{ n }}{% echo Profile.b %}', ['Profile/a 1:15', 'Profile/b! 1:42']],
		['{{ Profile[Event.key] }}{{ ConstantEventProperty }}', []],
	])('%s', (template, expected) => expect(uses(template)).toEqual(expected));

	it('is not told of one with mistakes', () => expect(examine('{{ Profile.a | shout }}{{ Profile.b }}')).toMatchObject({ problems: [{ line: 1, column: 1 }], uses: [] }));
});
