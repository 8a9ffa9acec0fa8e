/**
 * The campaign engine as a library, for nodes and programs of your own. These exports are the contract; everything else
 * in the package may change.
 */
export { ManualClock, systemClock, type Clock } from './clock';
export { CampaignError } from './errors';
export { isReason, REASONS, type Reason } from './reasons';
export type { AliasInput, Channel, Device, EventInput, IngestInput, IngestResult, Profile, ProfileInput, Refusal, StoredEvent } from './people/records';
export type { Provider, ProviderOutcome, HttpRequest, HttpResponse, SmsMessage } from './channels/provider';
export { segments } from './segments-api';
export type { Rule } from './segments/rule';
export { openStore } from './store/open';
export type { PostgresOptions, SqliteOptions, Store, StoreOptions, Tls } from './store/store';
