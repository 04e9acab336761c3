import { htmlText, markdownText, reasonWords } from './words';

const reason = (text: string) =>
  reasonWords({ reason: text } as Parameters<typeof reasonWords>[0]);

describe('words', () => {
  it.each([
    ['ReconciliationSucceeded', 'reconciliation succeeded'],
    ['HTTPServerError2Many', 'http server error 2 many'],
    ['PDFLoader', 'pdf loader'],
    ['X509Failed', 'x 509 failed'],
  ])('are made of the reason %s as Flux makes them', (text, words) => {
    expect(reason(text)).toBe(words);
  });

  it.each([
    ['[click](https://evil.test)', '\\[click\\](https://evil.test)'],
    ['**loud** _and_ `code`', '\\*\\*loud\\*\\* \\_and\\_ \\`code\\`'],
    ['<b>&lt;</b>', '\\<b\\>&lt;\\</b\\>'],
    ['main@sha1:abc', 'main@sha1:abc'],
    ['cc @team', 'cc @\u2060team'],
  ])('of Markdown are shown as they are: %s', (text, shown) => {
    expect(markdownText(text)).toBe(shown);
  });

  it('of HTML are shown as they are', () => {
    expect(htmlText(`<a href="x">'&'</a>`)).toBe(
      '&#60;a href=&#34;x&#34;&#62;&#39;&#38;&#39;&#60;/a&#62;',
    );
  });
});
