package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is long, wrong or endless on purpose. */
class CryptoBoundsTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(1), Duration.ofSeconds(30), 128L << 20, 1L << 40, 1L << 40, 64);

  /** How an operation fails; {@code u} makes bytes. */
  private static final String HEAD =
      """
      const s = crypto.subtle;
      const u = (length, value = 7) => new Uint8Array(length).fill(value);
      const H = { name: 'HMAC', hash: 'SHA-256' };
      const show = (promise) => promise.then((value) => 'made ' + value, (error) => error.name + ' ' + error.message);
      """;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** A timer goes on, so the lane is free, while the host works through 32 MiB. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "HKDF", u(4) | s.deriveBits({ name: 'HKDF', hash: 'SHA-512', salt: u(1), info: u(1 << 18) }, key, 128 * 512)
          "HKDF", u(4) | s.deriveBits({ name: 'HKDF', hash: 'SHA-512', salt: u(1 << 20), info: u(1) }, key, 512)
          H, u(1 << 20) | s.sign('HMAC', key, u(1))
          H, u(1 << 20) | s.verify('HMAC', key, u(1), u(1))
          "AES-GCM", u(16) | s.encrypt({ name: 'AES-GCM', iv: u(12), additionalData: u(1 << 20) }, key, u(1))
          "AES-GCM", u(16) | s.encrypt({ name: 'AES-GCM', iv: u(1 << 20) }, key, u(1))
          """)
  void whatTakesLongLeavesTheLane(String key, String operation) {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const [name, bytes] = [%s];
                    const usages = name === 'HKDF' ? ['deriveBits'] : name === H ? ['sign', 'verify'] : ['encrypt'];
                    const key = await s.importKey('raw', bytes, name, false, usages);
                    const order = [];
                    const made = %s.then(() => order.push('made'));
                    for (let i = 0; i < 100; i++) await null;
                    order.push('turn');
                    await made;
                    return order.join();
                    """
                        .formatted(key, operation)))
        .isEqualTo("turn,made");
  }

  /** The thread that derives is free again once its function has ended. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HKDF | { name: 'HKDF', hash: 'SHA-512', salt: u(1), info: u(24 << 20) } | 255 * 512
          PBKDF2 | { name: 'PBKDF2', hash: 'SHA-1', salt: u(24 << 20), iterations: 1 } | 8 << 20
          """)
  void whatIsDerivedOfMuchEndsWithItsFunction(String name, String algorithm, String bits) {
    LoadedFunction derives =
        SANDBOX.load(
            "export default { async fetch() {"
                + HEAD
                + """
                const key = await s.importKey('raw', u(4), '%s', false, ['deriveBits']);
                await s.deriveBits(%s, key, %s);
                } };
                """
                    .formatted(name, algorithm, bits),
            LIMITS);
    assertThat(SANDBOX.get(derives, "/").failure().code())
        .isEqualTo(FunctionException.Code.CPU_LIMIT);
    derives.close();
    assertThat(SANDBOX.eval(HEAD + "return (await s.digest('SHA-1', u(1 << 20))).byteLength"))
        .isEqualTo("20");
  }

  /** What waits is held by the host, whatever part of an operation it is: 64 MiB of an instance. */
  @Test
  void whatWaitsIsBounded() {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const key = await s.importKey('raw', u(16), 'AES-GCM', false, ['encrypt']);
                    const additionalData = u(12 << 20);
                    const all = [];
                    for (let i = 0; i < 6; i++) {
                      all.push(s.encrypt({ name: 'AES-GCM', iv: u(12), additionalData }, key, u(1)).then(() => 'made', (e) => e.name));
                    }
                    return (await Promise.all(all)).join();
                    """))
        .isEqualTo("made,made,made,made,made,OperationError");
  }

  /** Multiplying such primes would take the thread for minutes. */
  @Test
  void partsOfAnRsaKeyAreBoundedBeforeTheyAreUsed() {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const { privateKey } = await s.generateKey(
                      { name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-1' },
                      true, ['sign', 'verify']);
                    const jwk = await s.exportKey('jwk', privateKey);
                    const p = 'AQAB'.repeat(1 << 20);
                    return show(s.importKey('jwk', { ...jwk, p, q: p }, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['sign']));
                    """))
        .isEqualTo("DataError the key: 25165817 bits (expected: up to 8192)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AES-KW    | s.unwrapKey('raw', u(0), key, 'AES-KW', H, true, ['sign'])          | OperationError the wrapped key is too short
          AES-KW    | s.unwrapKey('raw', u(16), key, 'AES-KW', H, true, ['sign'])         | OperationError the wrapped key is too short
          AES-CBC   | s.decrypt({ name: 'AES-CBC', iv: u(16) }, key, u(0))                | OperationError the data is shorter than its padding
          AES-CBC   | s.generateKey({ name: 'AES-CBC', length: 128n }, true, ['encrypt']) | TypeError Cannot convert a BigInt value to a number
          AES-CBC   | s.importKey('jwk', { kty: 'oct', k: 'AAAA', key_ops: 'sign' }, H, true, ['sign']) | TypeError key_ops: not a sequence
          AES-CBC   | s.importKey('jwk', { kty: 'oct', k: 'AAAA', oth: 1 }, H, true, ['sign']) | TypeError oth: not a sequence
          """)
  void whatIsWrongSaysSo(String name, String operation, String failure) {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const usages = ['wrapKey', 'unwrapKey'];
                    if ('%1$s' === 'AES-CBC') usages.push('decrypt');
                    const key = await s.importKey('raw', u(16), '%1$s', false, usages);
                    return show(%2$s);
                    """
                        .formatted(name, operation)))
        .isEqualTo(failure);
    assertThat(SANDBOX.console).isEmpty();
  }

  /** A key that was wrapped is data: what is wrong with it is no mistake of the caller's. */
  @Test
  void anUnwrappedKeyThatIsNoneIsADataError() {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const G = { name: 'AES-GCM', iv: u(12) };
                    const key = await s.importKey('raw', u(16), 'AES-GCM', false, ['encrypt', 'unwrapKey']);
                    const wrapped = async (text) => s.encrypt(G, key, new TextEncoder().encode(text));
                    const unwrap = async (text) =>
                      show(s.unwrapKey('jwk', await wrapped(text), key, G, H, true, ['sign']));
                    return [
                      await unwrap('{"kty":"oct","k":"AAAA","key_ops":"sign"}'),
                      await unwrap('{"kty":"oct","k":"AAAA","oth":3}'),
                      await unwrap('{"kty":"oct","k":"AAAA"}'),
                    ].join();
                    """))
        .isEqualTo(
            "DataError key_ops: not a sequence,DataError oth: not a sequence,made [object"
                + " CryptoKey]");
  }

  @Test
  void aPrivateKeyEndsWhereItsEncodingDoes() {
    assertThat(
            SANDBOX.eval(
                HEAD
                    + """
                    const RSA = { name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-1' };
                    const { privateKey } = await s.generateKey(RSA, true, ['sign', 'verify']);
                    const key = new Uint8Array(await s.exportKey('pkcs8', privateKey));
                    const more = new Uint8Array(key.length + 1);
                    more.set(key);
                    return [
                      await show(s.importKey('pkcs8', key, RSA, true, ['sign'])),
                      await show(s.importKey('pkcs8', more, RSA, true, ['sign'])),
                    ].join();
                    """))
        .isEqualTo("made [object CryptoKey],DataError the key is not well formed");
  }

  @Test
  void randomValuesAreOfIntegersAndBounded() {
    assertThat(
            SANDBOX.eval(
                """
                const of = (value) => {
                  try {
                    return crypto.getRandomValues(value) === value;
                  } catch (error) {
                    return error.name + ' ' + error.message;
                  }
                };
                return [of(new BigUint64Array(2)), of(new Uint8Array(65536)), of(new Uint16Array(32769)),
                  of(new Float64Array(1)), of(new DataView(new ArrayBuffer(8)))].join('|');
                """))
        .isEqualTo(
            "true|true|QuotaExceededError getRandomValues: 65538 bytes (expected: up to 65536)"
                + "|TypeMismatchError getRandomValues: not an array of integers"
                + "|TypeMismatchError getRandomValues: not an array of integers");
  }
}
