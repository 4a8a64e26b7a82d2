package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CryptoTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** A key of its own signs, verifies, travels through each of its formats and verifies again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: E, hash: 'SHA-256' } | 256
          { name: 'RSA-PSS', modulusLength: 2048, publicExponent: E, hash: 'SHA-512', saltLength: 32 } | 256
          { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } | 64
          { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } | 96
          { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' } | 132
          { name: 'Ed25519' } | 64
          { name: 'Ed448' } | 114
          """)
  void pairsSign(String algorithm, int signatureBytes) {
    String script =
        """
        const E = new Uint8Array([1, 0, 1]);
        const alg = %s;
        const s = crypto.subtle;
        const { publicKey, privateKey } = await s.generateKey(alg, true, ['sign', 'verify']);
        const data = new TextEncoder().encode('to sign');
        const signature = await s.sign(alg, privateKey, data);
        const results = [signature.byteLength];
        for (const format of ['spki', 'jwk']) {
          const out = await s.exportKey(format, publicKey);
          const again = await s.importKey(format, out, alg, true, ['verify']);
          results.push(await s.verify(alg, again, signature, data));
        }
        for (const format of ['pkcs8', 'jwk']) {
          const out = await s.exportKey(format, privateKey);
          const again = await s.importKey(format, out, alg, false, ['sign']);
          results.push(await s.verify(alg, publicKey, await s.sign(alg, again, data), data));
        }
        data[0] ^= 1;
        results.push(await s.verify(alg, publicKey, signature, data));
        return results.join();
        """
            .formatted(algorithm);
    assertThat(SANDBOX.eval(script)).isEqualTo(signatureBytes + ",true,true,true,true,false");
  }

  @Test
  void keysAreCloned() {
    assertThat(
            SANDBOX.eval(
                """
                const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
                const { copies: [copy, same] } = structuredClone({ copies: [key, key] });
                const data = new Uint8Array([1, 2, 3]);
                return [
                  Object.prototype.toString.call(copy), copy instanceof CryptoKey, copy === key, copy === same,
                  copy.extractable, copy.algorithm === key.algorithm, JSON.stringify(copy.algorithm), copy.usages,
                  await crypto.subtle.verify('HMAC', key, await crypto.subtle.sign('HMAC', copy, data), data),
                ].join();
                """))
        .isEqualTo(
            "[object CryptoKey],true,false,true,false,false,"
                + "{\"name\":\"HMAC\",\"hash\":{\"name\":\"SHA-256\"},\"length\":512},sign,verify,true");
  }

  @Test
  void whatIsDerivedIsBounded() {
    assertThat(
            SANDBOX.eval(
                """
                const s = crypto.subtle;
                const show = (promise) => promise.then(() => 'made', (error) => error.name + ' ' + error.message);
                const pw = await s.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);
                const of = (bits) =>
                  show(s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations: 1 }, pw, bits));
                return [await of(4096), await of(2 ** 23 + 8), await of(2 ** 32 - 8)].join('|');
                """))
        .isEqualTo(
            "made"
                + "|OperationError length: 8388616 (expected: at most 8388608)"
                + "|OperationError length: 4294967288 (expected: at most 8388608)");
  }

  @Test
  void derivesTheBitsOfTheStandards() {
    // RFC 5869, test case 1; RFC 7914, section 11.
    assertThat(
            SANDBOX.eval(
                """
                const hex = (b) => new Uint8Array(b).toHex();
                const bytes = (h) => Uint8Array.fromHex(h);
                const s = crypto.subtle;
                const ikm = await s.importKey('raw', bytes('0b'.repeat(22)), 'HKDF', false, ['deriveBits']);
                const a = await s.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytes('000102030405060708090a0b0c'),
                  info: bytes('f0f1f2f3f4f5f6f7f8f9') }, ikm, 336);
                const pw = await s.importKey('raw', new TextEncoder().encode('passwd'), 'PBKDF2', false, ['deriveBits']);
                const b = await s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new TextEncoder().encode('salt'),
                  iterations: 1 }, pw, 256);
                return hex(a) + ' ' + hex(b);
                """))
        .isEqualTo(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865 "
                + "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  }
}
