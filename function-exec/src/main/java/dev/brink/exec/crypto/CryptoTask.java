package dev.brink.exec.crypto;

import java.util.function.Supplier;

/**
 * An operation that has all it needs.
 *
 * @param cost how long it may take
 * @param work any thread; returns {@code byte[]}, {@code Boolean}, a {@link KeyMaterial}, a {@link
 *     KeyMaterial.Pair} or a JSON Web Key's lines; throws {@link CryptoException}
 */
public record CryptoTask(Cost cost, Supplier<Object> work) {
  /** How long an operation may take. */
  public enum Cost {
    /** Less than handing it to another thread. */
    QUICK,
    /** A few milliseconds. */
    MODERATE,
    /** Up to seconds. */
    SLOW
  }

  /** Hashes and ciphers over no more than this are quick. */
  private static final int QUICK_BYTES = 32 << 10;

  /** Hashes and ciphers over no more than this are done in milliseconds. */
  private static final int MODERATE_BYTES = 1 << 20;

  /** What may be derived of a key or a password at once. */
  private static final int MAX_DERIVED_BYTES = 1 << 20;

  /**
   * Takes what {@code operation} needs from its arguments.
   *
   * @throws CryptoException when they cannot be of use
   */
  public static CryptoTask of(String operation, CryptoArguments given) {
    return switch (operation) {
      case "digest" -> digest(given);
      case "sign" -> sign(given);
      case "verify" -> verify(given);
      case "encrypt" -> cipher(true, given);
      case "decrypt" -> cipher(false, given);
      case "deriveBits" -> derive(given);
      case "generateSecret" -> generateSecret(given);
      case "generatePair" -> generatePair(given);
      case "import" -> importKey(given);
      case "export" -> exportKey(given);
      default -> throw CryptoException.notSupported("operation: " + operation);
    };
  }

  private static CryptoTask digest(CryptoArguments given) {
    Hash hash = Hash.of(given.text("hash"));
    byte[] data = given.data();
    return new CryptoTask(over(data.length), () -> hash.digest(data));
  }

  private static CryptoTask sign(CryptoArguments given) {
    String name = given.text("name");
    byte[] data = given.data();
    if (name.equals("HMAC")) {
      Hash hash = Hash.of(given.text("hash"));
      byte[] key = given.key("key").secret();
      return new CryptoTask(over(key.length + (long) data.length), () -> hash.hmac(key, data));
    }
    var key = given.key("key").privateHalf().key();
    return moderate(
        switch (name) {
          case "RSASSA-PKCS1-v1_5" -> {
            Hash hash = Hash.of(given.text("hash"));
            yield () -> Rsa.signPkcs1(hash, key, data);
          }
          case "RSA-PSS" -> {
            Hash hash = Hash.of(given.text("hash"));
            long salt = given.number("saltLength");
            yield () -> Rsa.signPss(hash, salt, key, data);
          }
          case "ECDSA" -> {
            Hash hash = Hash.of(given.text("hash"));
            yield () -> Ec.sign(hash, key, data);
          }
          default -> {
            byte[] context = given.bytes("context");
            yield () -> EdDsa.sign(name, context, key, data);
          }
        });
  }

  private static CryptoTask verify(CryptoArguments given) {
    String name = given.text("name");
    byte[] data = given.data();
    byte[] signature = given.bytes("signature");
    if (name.equals("HMAC")) {
      Hash hash = Hash.of(given.text("hash"));
      byte[] key = given.key("key").secret();
      return new CryptoTask(
          over(key.length + (long) data.length), () -> hash.verifyHmac(key, signature, data));
    }
    var key = given.key("key").publicKey();
    return moderate(
        switch (name) {
          case "RSASSA-PKCS1-v1_5" -> {
            Hash hash = Hash.of(given.text("hash"));
            yield () -> Rsa.verifyPkcs1(hash, key, signature, data);
          }
          case "RSA-PSS" -> {
            Hash hash = Hash.of(given.text("hash"));
            long salt = given.number("saltLength");
            yield () -> Rsa.verifyPss(hash, salt, key, signature, data);
          }
          case "ECDSA" -> {
            Hash hash = Hash.of(given.text("hash"));
            yield () -> Ec.verify(hash, key, signature, data);
          }
          default -> {
            byte[] context = given.bytes("context");
            yield () -> EdDsa.verify(name, context, key, signature, data);
          }
        });
  }

  private static CryptoTask cipher(boolean encrypt, CryptoArguments given) {
    byte[] data = given.data();
    String name = given.text("name");
    if (name.equals("RSA-OAEP")) {
      return oaep(encrypt, given, data);
    }
    byte[] key = given.key("key").secret();
    if (name.equals("AES-GCM")) {
      return gcm(encrypt, key, given, data);
    }
    Supplier<Object> work =
        switch (name) {
          case "AES-CBC" -> {
            byte[] iv = given.bytes("iv");
            yield () -> Aes.cbc(encrypt, key, iv, data);
          }
          case "AES-CTR" -> {
            byte[] counter = given.bytes("counter");
            int bits = (int) given.number("length");
            yield () -> Aes.ctr(key, counter, bits, data);
          }
          case "AES-KW" -> () -> encrypt ? Aes.wrap(key, data) : Aes.unwrap(key, data);
          default -> throw CryptoException.notSupported("cipher: " + name);
        };
    return new CryptoTask(over(data.length), work);
  }

  private static CryptoTask gcm(boolean encrypt, byte[] key, CryptoArguments given, byte[] data) {
    byte[] iv = given.bytes("iv");
    byte[] extra = given.bytes("additionalData");
    int tagBits = (int) given.number("tagLength");
    return new CryptoTask(
        over((long) iv.length + extra.length + data.length),
        encrypt
            ? () -> Aes.gcmEncrypt(key, iv, extra, tagBits, data)
            : () -> Aes.gcmDecrypt(key, iv, extra, tagBits, data));
  }

  private static CryptoTask oaep(boolean encrypt, CryptoArguments given, byte[] data) {
    Hash hash = Hash.of(given.text("hash"));
    byte[] label = given.bytes("label");
    if (encrypt) {
      var key = given.key("key").publicKey();
      return moderate(() -> Rsa.encryptOaep(hash, label, key, data));
    }
    var key = given.key("key").privateHalf().key();
    return moderate(() -> Rsa.decryptOaep(hash, label, key, data));
  }

  private static CryptoTask derive(CryptoArguments given) {
    String name = given.text("name");
    if (name.equals("HKDF") || name.equals("PBKDF2")) {
      return stretch(name.equals("HKDF"), given);
    }
    var key = given.key("key").privateHalf().key();
    var other = given.key("public").publicKey();
    return moderate(() -> Ec.agree(name, key, other));
  }

  private static CryptoTask stretch(boolean hkdf, CryptoArguments given) {
    Hash hash = Hash.of(given.text("hash"));
    byte[] key = given.key("key").secret();
    byte[] salt = given.bytes("salt");
    int bytes = derivedBytes(given);
    if (hkdf) {
      byte[] info = given.bytes("info");
      return new CryptoTask(
          over(salt.length + (long) key.length + Kdf.hkdfBytes(hash, info, bytes)),
          () -> Kdf.hkdf(hash, key, salt, info, bytes));
    }
    long iterations = given.number("iterations");
    return new CryptoTask(Cost.SLOW, () -> Kdf.pbkdf2(hash, key, salt, iterations, bytes));
  }

  private static CryptoTask generateSecret(CryptoArguments given) {
    int bytes = Math.toIntExact(given.number("bytes"));
    return new CryptoTask(Cost.QUICK, () -> RandomBytes.secret(bytes));
  }

  private static int derivedBytes(CryptoArguments given) {
    long bytes = given.number("bytes");
    if (bytes > MAX_DERIVED_BYTES) {
      throw CryptoException.operation(
          "length: " + bytes * 8 + " (expected: at most " + MAX_DERIVED_BYTES * 8 + ")");
    }
    return (int) bytes;
  }

  private static CryptoTask generatePair(CryptoArguments given) {
    if (given.text("family").equals("RSA")) {
      int bits = (int) given.number("modulusLength");
      KeyFamily rsa = RsaKeys.of(bits, given.bytes("publicExponent"));
      return new CryptoTask(Cost.SLOW, rsa::generate);
    }
    return moderate(family(given)::generate);
  }

  private static CryptoTask importKey(CryptoArguments given) {
    String format = given.text("format");
    if (given.text("family").equals("oct")) {
      byte[] data = given.data();
      return format.equals("jwk")
          ? quick(() -> new KeyMaterial.Secret(Jwk.ofLines(given.text("jwk")).bytes("k")))
          : quick(() -> new KeyMaterial.Secret(data));
    }
    KeyFamily family = family(given);
    byte[] data = given.data();
    return switch (format) {
      case "raw" -> quick(() -> family.fromRaw(data));
      case "spki" -> quick(() -> family.fromSpki(data));
      case "pkcs8" -> moderate(() -> family.fromPkcs8(data));
      default -> {
        Jwk jwk = Jwk.ofLines(given.text("jwk"));
        yield jwk.has("d") ? moderate(() -> family.fromJwk(jwk)) : quick(() -> family.fromJwk(jwk));
      }
    };
  }

  private static CryptoTask exportKey(CryptoArguments given) {
    KeyMaterial key = given.key("key");
    String format = given.text("format");
    if (key instanceof KeyMaterial.Secret secret) {
      return format.equals("jwk")
          ? quick(() -> new Jwk().with("kty", "oct").with("k", secret.bytes()).lines())
          : quick(() -> secret.bytes().clone());
    }
    KeyFamily family = family(given);
    return switch (format) {
      case "raw" -> quick(() -> family.toRaw(publicHalf(key)));
      case "spki" -> quick(() -> family.toSpki(publicHalf(key)));
      case "pkcs8" -> quick(() -> family.toPkcs8(key.privateHalf()));
      default -> quick(() -> family.toJwk(key).lines());
    };
  }

  private static KeyMaterial.Public publicHalf(KeyMaterial key) {
    return new KeyMaterial.Public(key.publicKey());
  }

  private static KeyFamily family(CryptoArguments given) {
    return switch (given.text("family")) {
      case "RSA" -> RsaKeys.existing();
      case "EC" -> EcKeys.of(given.text("curve"));
      case "OKP" -> OkpKeys.of(given.text("curve"));
      default -> throw CryptoException.notSupported("family: " + given.text("family"));
    };
  }

  private static CryptoTask quick(Supplier<Object> work) {
    return new CryptoTask(Cost.QUICK, work);
  }

  private static CryptoTask moderate(Supplier<Object> work) {
    return new CryptoTask(Cost.MODERATE, work);
  }

  /** Of all bytes that go through a hash or a cipher, keys and the like among them. */
  private static Cost over(long bytes) {
    if (bytes <= QUICK_BYTES) {
      return Cost.QUICK;
    }
    return bytes <= MODERATE_BYTES ? Cost.MODERATE : Cost.SLOW;
  }
}
