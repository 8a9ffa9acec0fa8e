import type { Migration } from './migration';

/** Campaigns that recur, go by people's zones or live by events; control groups, limits, and what the account has set. */
export const campaignTypes: Migration = {
	version: 5,
	name: 'campaign types',
	statements: [
		// JSON of what a run keeps from its definition because it is asked for with every batch: see campaigns/delivery-rules, campaigns/who-gets-it.
		`ALTER TABLE run ADD COLUMN delivery text NOT NULL DEFAULT '{"zones":"account","passedZones":"drop","checkSegmentAgain":false}'`,
		`ALTER TABLE run ADD COLUMN who text NOT NULL DEFAULT '{"customControlGroups":[],"systemControlGroup":false,"limits":{},"outsideGlobalLimits":false}'`,
		// Asked for every second by every published campaign, which may have had thousands of runs.
		`CREATE INDEX run_by_state ON run (campaign_id, state, scheduled_at)`,
		// When an operator stopped it; null again when it was published or started anew. See campaigns/control.
		`ALTER TABLE campaign ADD COLUMN stopped_at {int}`,
		// Which workflow was published last: a fingerprint of its nodes and connections.
		`ALTER TABLE campaign ADD COLUMN workflow_version text`,
		// Since when events bring people in, and until when they did: unpublished. Null: it is no live campaign, or is published.
		`ALTER TABLE campaign ADD COLUMN live_since {int}`,
		`ALTER TABLE campaign ADD COLUMN unpublished_at {int}`,
		// When its node was stopped, while it is not known whether somebody unpublished it; and which publication that was: see campaigns/live/publication.
		`ALTER TABLE campaign ADD COLUMN closed_at {int}`,
		`ALTER TABLE campaign ADD COLUMN registration text`,
		// Why whoever is in a block ends when it is due, rather than be released. Null: they are released.
		`ALTER TABLE block ADD COLUMN drop_reason text`,
		// Zones of a run by people's clocks: each is selected at its own moment. people: how many. state: see campaigns/zones/states.
		`CREATE TABLE run_zone (
			run {int} NOT NULL,
			zone text NOT NULL,
			due_at {int} NOT NULL,
			state text NOT NULL,
			people {int} NOT NULL DEFAULT 0,
			PRIMARY KEY (run, zone)
		) {keyed}`,
		`CREATE INDEX run_zone_due ON run_zone (run, state, due_at)`,
		// How far live campaigns have read events, in the order of their commit (see Dialect.eventStamp), of one stamp by id;
		// and up to which due time (as stamp) a run has selected people by their dates.
		`CREATE TABLE live_cursor (
			name text PRIMARY KEY,
			stamp {int} NOT NULL,
			id {int} NOT NULL
		) {keyed}`,
		// First (role 1) and, of inactions, second (role 2) events of live campaigns, as long as they may matter to somebody who waits.
		// value: that of the property that is held the same, else empty.
		`CREATE TABLE live_event (
			person {int} NOT NULL,
			run {int} NOT NULL,
			role {int} NOT NULL,
			value text NOT NULL,
			event {int} NOT NULL,
			ts {int} NOT NULL,
			until {int} NOT NULL,
			PRIMARY KEY (person, run, role, value, event)
		) {keyed}`,
		`CREATE INDEX live_event_until ON live_event (until)`,
		// What a message counts for (see delivery/checks/candidate): 0 nothing, it waits for room; 1 everything; 2 only its own campaign.
		`ALTER TABLE message ADD COLUMN counts {int} NOT NULL DEFAULT 1`,
		// The account's day on which it took its person's place under the limits of its campaign; null: it holds no place.
		`ALTER TABLE message ADD COLUMN place text`,
		// The window of its channel's throttle that it has a place in.
		`ALTER TABLE message ADD COLUMN window_start {int}`,
		// Who got how many messages, per person: see delivery/checks/frequency.
		`CREATE INDEX message_person ON message (person, claimed_at)`,
		// Messages of a channel over all campaigns in fixed windows: see delivery/checks/channel-throttle.
		`CREATE TABLE channel_window (
			channel text NOT NULL,
			window_start {int} NOT NULL,
			used {int} NOT NULL,
			PRIMARY KEY (channel, window_start)
		) {keyed}`,
		// Places taken under the limits of a campaign. period: `run N`, `day YYYY-MM-DD`, `total`. See delivery/places.
		`CREATE TABLE target_count (
			campaign_id text NOT NULL,
			period text NOT NULL,
			taken {int} NOT NULL,
			PRIMARY KEY (campaign_id, period)
		) {keyed}`,
		// By which of a gate's outputs somebody passed, so that an execution that is repeated goes the same way. Null: a gate with one.
		`ALTER TABLE hold ADD COLUMN output {int}`,
		// When an operator accepted an unknown outcome as it is: see campaigns/control.
		`ALTER TABLE message ADD COLUMN accepted_at {int}`,
		// Since when a node is missing in the published workflow: whoever waits at it is released by nobody.
		`ALTER TABLE node ADD COLUMN removed_at {int}`,
		// What the account has set, as JSON: see settings/.
		`CREATE TABLE setting (
			name text PRIMARY KEY,
			value text NOT NULL,
			changed_at {int} NOT NULL
		) {keyed}`,
	],
};
