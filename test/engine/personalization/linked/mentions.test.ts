import { linkedNames } from '../../../../engine/personalization/linked/mentions';

describe('the APIs a template mentions', () => {
	it.each([
		['Hi {{ Profile.name }}', []],
		['Linked.Weather without braces', []],
		['{{ Linked.Weather.today }} {{ Linked["Weather"].days[0].max | default: Linked.Sun.max }}', ['Weather', 'Sun']],
		['{% for shop in Linked.Shops.near limit:3 %}{{ shop.name }}{% endfor %}', ['Shops']],
		['{% if Linked.A.http_status_code == 200 %}{% assign x = Linked.B %}{{ x.y }}{% endif %}', ['A', 'B']],
		['{% echo Linked.A.x %}{{ Profile.Linked.C }}', ['A']],
		['{{ Linked.Weather.days[Profile.day] }}', ['Weather']],
		['{{ "Linked.A.x" }}', []],
		['{{ Linked.A.x ', []],
	])('%s: %j', (template, names) => expect(linkedNames(template)).toEqual(names));

	it.each(['{{ Linked[Profile.api].x }}', '{{ Linked | json }}', '{% for api in Linked %}{% endfor %}'])('are written out: %s', (template) => {
		expect(() => linkedNames(template)).toThrow('without the name');
	});
});
