import { SecretWords } from './SecretWords';

describe('SecretWords', () => {
  const words = new SecretWords([
    'hunter22',
    'a very long token\nin two lines',
    'https://hooks.test/services/T0000/Bsecretpath?key=valueofkey',
    'no',
  ]);
  it.each([
    ['password hunter22 is wrong', 'password ***** is wrong'],
    [Buffer.from('hunter22').toString('base64'), '*****'],
    ['in two lines', '*****'],
    ['a%20very%20long%20token', '*****'],
    ['no such host hooks.test', 'no such host hooks.test'],
    ['POST /services/T0000/Bsecretpath?key=valueofkey', 'POST *****'],
    ['path Bsecretpath, key valueofkey', 'path *****, key *****'],
  ])('masks %s', (text, masked) => {
    expect(words.mask(text)).toBe(masked);
  });
});
