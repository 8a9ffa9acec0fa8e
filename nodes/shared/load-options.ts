import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { PROFILE_FIELDS } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { toNodeError, withNodeErrors } from './errors';
import { searchPeople } from './people-search';
import { getStore } from './store';

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** The lists behind `nameField` and `referenceField`, from the store the node points at. */
export const nameLists = {
	searchEventNames: search(async (store) => await store.call('eventNames', undefined)),
	searchProfileProperties: search(async (store) => {
		const properties = await store.call('propertyNames', {});
		return [...properties.map(({ name }) => name), ...PROFILE_FIELDS];
	}),
	// Of all events: a field inside a list cannot see which event the list belongs to.
	searchEventProperties: search(async (store) => {
		const properties = await store.call('eventPropertyNames', undefined);
		return properties.map(({ name }) => name);
	}),
	searchPeople: searchWith(searchPeople),
	searchSegments: searchNamed(async (store) => await store.ask('savedSegments', undefined)),
	searchLists: searchNamed(async (store) => await store.ask('customLists', undefined)),
	/** The last published first. */
	searchCampaigns: searchNamed(async (store) => await store.ask('listCampaigns', undefined)),
};

/** Saved segments, custom lists or campaigns with the typed text in their name; what is chosen is the id, which survives a rename. */
function searchNamed(all: (store: Store) => Promise<Array<{ id: string; name: string }>>): Search {
	return async function (this: ILoadOptionsFunctions, filter = '') {
		return await withNodeErrors(this, async () => {
			const wanted = filter.trim().toLowerCase();
			const found = (await all(await getStore(this))).filter(({ name }) => name.toLowerCase().includes(wanted));
			return { results: found.map(({ id, name }) => ({ name, value: id })) };
		});
	};
}

function searchWith(find: (store: Store, typed: string) => Promise<INodeListSearchItems[]>): Search {
	return async function (this: ILoadOptionsFunctions, filter = '') {
		return await withNodeErrors(this, async () => ({ results: await find(await getStore(this), filter.trim()) }));
	};
}

function search(names: (store: Store) => Promise<string[]>): Search {
	return async function (this: ILoadOptionsFunctions, filter = '') {
		try {
			return { results: offer(await names(await getStore(this)), filter.trim()).map((name) => ({ name, value: name })) };
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		}
	};
}

/** Names with the typed text in them. The text itself can be chosen, too: it may be a name that is yet to come. */
function offer(names: string[], typed: string): string[] {
	const wanted = typed.toLowerCase();
	const found = [...new Set(names)].filter((name) => name.toLowerCase().includes(wanted));
	return typed === '' || found.includes(typed) ? found : [...found, typed];
}
