import { describeStores } from '../../support/stores';

describeStores('settings of the account', (fixture) => {
	it('are nothing until somebody sets them, and then what was set last', async () => {
		const { store } = fixture();
		expect(await store.call('readSettings', undefined)).toEqual({ channels: {}, customControlGroups: [] });
		const settings = { channels: { sms: { mostMessages: 2, perDays: 7, dwellMs: 300_000, mostPer5Minutes: 100 } }, systemControlPercent: 2, customControlGroups: [{ name: 'Winter', percent: 5 }] };
		await store.call('saveSettings', { settings });
		expect(await store.call('readSettings', undefined)).toEqual(settings);
		await store.call('saveSettings', { settings: { channels: {}, customControlGroups: [] } });
		expect(await store.call('readSettings', undefined)).toEqual({ channels: {}, customControlGroups: [] });
	});

	it.each([
		[{ channels: { sms: { mostMessages: 0 } } }, /sms: the most messages must be/],
		[{ channels: { sms: { perDays: 3 } } }, /limit nothing/],
		[{ channels: { sms: { dwellMs: 299_999 } } }, /from 5 minutes to 7 days/],
		[{ channels: { sms: { dwellMs: 7 * 86_400_000 + 1 } } }, /from 5 minutes to 7 days/],
		[{ channels: { fax: {} } }, /no channel "fax"/],
		[{ systemControlPercent: 1 }, /2 to 5 percent/],
		[{ customControlGroups: [{ name: 'A', percent: 6 }] }, /"A" must be 2 to 5 percent/],
		[{ customControlGroups: [{ name: 'A', percent: 3 }, { name: 'A', percent: 3 }] }, /"A" is there twice/],
		[{ customControlGroups: Array.from({ length: 11 }, (_, index) => ({ name: `G${index}`, percent: 2 })) }, /at most 10/],
	])('refuse %j', async (part, message) => {
		const { store } = fixture();
		const settings = { channels: {}, customControlGroups: [], ...part } as never;
		await expect(store.call('saveSettings', { settings })).rejects.toThrow(message);
	});
});
