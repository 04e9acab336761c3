import {
  executeTemplate,
  goInt64,
  sprint,
  sprintf,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { asDuration } from './asDuration';
import { formatDuration, parseDuration } from './Duration';
import { GoTime } from './GoTime';
import { createDateFunctions } from './index';
import { TimeZones } from './TimeZones';

// What is expected here is what Go 1.26, sprig 3.3 and Helm 4.2 return.

const NOON = Date.UTC(2024, 1, 29, 12, 0, 0);

function render(template: string, data: unknown = {}, timeZone?: string) {
  const functions = createDateFunctions({ now: () => NOON, timeZone });
  const set = new TemplateSet();
  set.add(new TemplateParser({ functions }).parse('t', template));
  return executeTemplate(set, 't', data);
}

const time = GoTime.parse(
  '2006-01-02T15:04:05Z07:00',
  '2024-02-29T13:04:05.123456789Z',
);

describe('layouts', () => {
  it.each([
    ['2006-01-02T15:04:05.999999999Z07:00', '2024-02-29T13:04:05.123456789Z'],
    ['Mon Jan _2 15:04:05 MST 2006', 'Thu Feb 29 13:04:05 UTC 2024'],
    ['_2006 __2 002 06 3 03 PM pm', '_2024  60 060 24 1 01 PM pm'],
    ['Month Janx January', 'Month Janx February'],
    ['.000 ,000000 .99 .0001 0.0', '.123 ,123456 .12 .0002 0.1'],
    ['-07 -0700 -07:00:00 Z070000', '+00 +0000 +00:00:00 Z'],
    ['yyyy é', 'yyyy é'],
  ])('writes %s', (layout, text) => {
    expect(time.format(layout)).toBe(text);
  });

  it('writes years of any length', () => {
    const shown = (seconds: bigint) =>
      new GoTime(seconds).format('2006-01-02T15:04:05 Mon 002 06');
    expect(shown(-62167219201n)).toBe('-0001-12-31T23:59:59 Fri 365 01');
    expect(shown(253402300800n)).toBe('10000-01-01T00:00:00 Sat 001 00');
    expect(shown(-(2n ** 63n))).toBe('292277026596-12-04T15:30:08 Sun 339 96');
  });
});

describe('texts', () => {
  it.each([
    ['2006-01-02', '2024-02-29', '2024-02-29 00:00:00 +0000 UTC'],
    ['3:04PM', '11:30PM', '0000-01-01 23:30:00 +0000 UTC'],
    ['2006-002', '2024-060', '2024-02-29 00:00:00 +0000 UTC'],
    ['06 Jan 2', '69 feb 3', '1969-02-03 00:00:00 +0000 UTC'],
    [
      '2006-01-02 15:04:05',
      '2024-01-02 03:04:05,5',
      '2024-01-02 03:04:05.5 +0000 UTC',
    ],
    [
      '02 Jan 06 15:04 MST',
      '02 Mar 24 15:04 CET',
      '2024-03-02 15:04:00 +0000 CET',
    ],
    ['2006 MST', '2024 GMT-8', '2023-12-31 16:00:00 -0800 GMT-8'],
  ])('reads %s of %s', (layout, text, expected) => {
    expect(sprint([GoTime.parse(layout, text)])).toBe(expected);
  });

  it.each([
    [
      '2006-01-02',
      '24-1-1',
      'parsing time "24-1-1" as "2006-01-02": cannot parse "24-1-1" as "2006"',
    ],
    ['2006-01-02', '2023-02-29', 'parsing time "2023-02-29": day out of range'],
    ['01', '13', 'parsing time "13": month out of range'],
    ['', '2024', 'parsing time "2024": extra text: "2024"'],
    [
      '2006-01 002',
      '2023-01 060',
      'parsing time "2023-01 060": day-of-year does not match month',
    ],
    [
      '-07:00',
      '+25:61',
      'parsing time "+25:61": time zone offset minute out of range',
    ],
    [
      'abc',
      'é',
      'parsing time "\\xc3\\xa9" as "abc": cannot parse "\\xc3\\xa9" as "abc"',
    ],
  ])('does not read %s of %s', (layout, text, message) => {
    expect(() => GoTime.parse(layout, text)).toThrow(message);
  });
});

describe('zones', () => {
  const shown = (zone: string, seconds = 1709211845) =>
    render('{{ dateInZone "15:04 MST -0700" .t .z }}', {
      t: goInt64(seconds),
      z: zone,
    });

  it.each([
    ['America/New_York', '08:04 EST -0500'],
    ['Asia/Kathmandu', '18:49 +0545 +0545'],
    ['Etc/GMT+5', '08:04 -05 -0500'],
    ['PST8PDT', '05:04 PST -0800'],
    ['Australia/Lord_Howe', '00:04 +11 +1100'],
    ['asia/tokyo', '13:04 UTC +0000'],
    ['../etc/passwd', '13:04 UTC +0000'],
    ['__proto__', '13:04 UTC +0000'],
  ])('%s', (zone, expected) => {
    expect(shown(zone)).toBe(expected);
  });

  it('calls an offset what it was called at the time', () => {
    expect(shown('Europe/Moscow', 1309500000)).toBe('10:00 MSK +0400');
    expect(shown('Europe/Moscow', 1246428000)).toBe('10:00 MSD +0400');
  });

  it('knows no zone that Intl does not know', () => {
    const zones = new TimeZones();
    const names = ['Europe/Berlin', 'America/St_Johns', 'ROK', 'Zulu'];
    expect(names.map(name => zones.find(name)?.name)).toEqual(names);
  });

  it('takes a local one for what has none', () => {
    const template =
      '{{ $t := toDate "2006-01-02 15:04 MST" "2024-07-01 12:00 CEST" }}' +
      '{{ $t }}|{{ $t.Location }}|{{ $t.IsDST }}|{{ toDate "2006" "2024" }}|' +
      '{{ date "15:04 MST" 0 }}|{{ now }}|' +
      '{{ toDate "2006-01-02 15:04" "2024-03-31 02:30" }}';
    expect(render(template, {}, 'Europe/Berlin')).toBe(
      '2024-07-01 12:00:00 +0200 CEST|Local|true|' +
        '2024-01-01 00:00:00 +0100 CET|01:00 CET|' +
        '2024-02-29 13:00:00 +0100 CET|2024-03-31 03:30:00 +0200 CEST',
    );
  });
});

describe('methods', () => {
  it.each([
    [
      '{{ .t.Month }} {{ printf "%d" .t.Month }} {{ .t.Weekday }}',
      'February 2 Thursday',
    ],
    [
      '{{ .t.UnixMilli }} {{ .t.UnixNano }}',
      '1709211845123 1709211845123456789',
    ],
    ['{{ .t.AddDate 1 0 0 }}', '2025-03-01 13:04:05.123456789 +0000 UTC'],
    ['{{ .t.Add 5000000000 | date "05" }}', '10'],
    ['{{ .t.Round 1000000000 | date "05.9" }}', '05'],
    ['{{ (.t.Sub (toDate "2006" "2024")).Hours }}', '1429.068089849108'],
    ['{{ (.t.Sub (toDate "2006" "1600")) }}', '2562047h47m16.854775807s'],
    [
      '{{ .t.GoString }}',
      'time.Date(2024, time.February, 29, 13, 4, 5, 123456789, time.UTC)',
    ],
    [
      '{{ eq .t (.t.AddDate 0 0 0) }} {{ eq .t (.t.AddDate 0 0 1) }} {{ ne .t .t }}',
      'true false false',
    ],
    ['{{ printf "%d" (.t.UTC) }}', '{123456789 63844808645 0}'],
    ['{{ printf "%s" .t.MarshalJSON }}', '"2024-02-29T13:04:05.123456789Z"'],
    [
      '{{ (toDate "2006" "x").IsZero }} {{ unixEpoch (toDate "2006" "x") }}',
      'true -62135596800',
    ],
    ['{{ .t.In (toDate "2006" "2024").Location | date "15" }}', '13'],
  ])('%s', (template, expected) => {
    expect(render(template, { t: time })).toBe(expected);
  });

  it.each([
    ['{{ .t.Date }}', 'function Date has 3 return values; should be 1 or 2'],
    ['{{ .t.In nil }}', 'time: missing Location in call to Time.In'],
    ['{{ .t.Foo }}', "can't evaluate field Foo in type interface {}"],
    [
      '{{ (.t.AddDate 9000 0 0).MarshalJSON }}',
      'year outside of range [0,9999]',
    ],
  ])('%s fails', (template, message) => {
    expect(() => render(template, { t: time })).toThrow(message);
  });
});

describe('durations', () => {
  it.each([
    ['1h30m', '1h30m0s'],
    ['-1.5h', '-1h30m0s'],
    ['.5s', '500ms'],
    ['1µs1μs1us', '3µs'],
    ['1h1m1s1ms1us1ns', '1h1m1.001001001s'],
    ['-2562047h47m16.854775808s', '-2562047h47m16.854775808s'],
    ['-0', '0s'],
  ])('%s', (text, expected) => {
    expect(formatDuration(parseDuration(text))).toBe(expected);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['1', 'time: missing unit in duration "1"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1é', 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
    ['2562047h47m16.854775808s', 'time: invalid duration'],
    ['99999999999999999999ns', 'time: invalid duration'],
  ])('refuses %s', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });

  it.each([
    [goInt64(9223372037), 'duration seconds overflow: 9223372037'],
    [9223372037.354776, 'duration seconds overflow: 9.223372037354776e+09'],
    [NaN, 'invalid duration seconds: NaN'],
    [null, 'invalid duration'],
    ['1 d', 'could not parse duration "1 d"'],
    [[], 'unsupported duration type []interface {}'],
  ])('%s is none', (value, message) => {
    expect(() => asDuration(value)).toThrow(message);
  });

  it.each([
    ['{{ mustToDuration " 90 " }}', '1m30s'],
    ['{{ durationWeeks -5 }}', '-8.267195767195768e-06'],
    [
      '{{ durationRoundTo "93s" "1m" }} {{ durationTruncateTo 93 60 }}',
      '2m0s 1m0s',
    ],
    ['{{ durationRoundTo "93s" "x" }} {{ durationRoundTo "x" 1 }}', '1m33s 0s'],
    ['{{ durationRound "26280h" }} {{ durationRound 95 }}', '3y 0s'],
    [
      '{{ duration "95" }} {{ duration 95 }} {{ duration .big }}',
      '1m35s 0s 0s',
    ],
    ['{{ ago (toDate "2006-01-02" "2024-02-28") }}', '36h0m0s'],
    ['{{ ago "x" }} {{ htmlDate nil }}', '0s 2024-02-29'],
    [
      '{{ dateModify "x" now | date "15" }} {{ now | dateModify "-1h" | date "15" }}',
      '12 11',
    ],
  ])('%s', (template, expected) => {
    expect(render(template, { big: null })).toBe(expected);
  });

  it('are numbers with a name', () => {
    const [duration] = [
      createDateFunctions().get('mustToDuration')!.call('1s'),
    ];
    expect(sprintf('%v %d %T', [duration, duration, duration])).toBe(
      '1s 1000000000 time.Duration',
    );
  });
});
