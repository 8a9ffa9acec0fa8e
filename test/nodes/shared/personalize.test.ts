import { compile } from '../../../engine/personalization/liquid';
import { renderInput } from '../../../nodes/shared/personalize';

describe('dates in messages', () => {
	const before = process.env.N8N_CAMPAIGNS_TIMEZONE;
	beforeEach(() => (process.env.N8N_CAMPAIGNS_TIMEZONE = 'Asia/Kolkata'));
	afterEach(() => {
		if (before === undefined) delete process.env.N8N_CAMPAIGNS_TIMEZONE;
		else process.env.N8N_CAMPAIGNS_TIMEZONE = before;
	});

	it.each<[string | null | undefined, string]>([['Europe/Paris', '13:00'], [null, '17:30'], [undefined, '17:30'], ['Mars/Base', '17:30']])('of somebody in %j', (timezone, expected) => {
		const input = renderInput({ json: {}, user: { timezone, properties: { show: '2026-03-02T12:00:00Z' } }, campaignId: 'c' }, Date.UTC(2026, 2, 2, 12));
		expect(compile('{{ Profile.show | date: "%H:%M" }} {{ "now" | date: "%H:%M" }}').render(input)).toEqual({ ok: true, text: `${expected} ${expected}` });
	});
});
