package dev.brink.exec.crypto;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;

/** Reads and writes the few ASN.1 types that keys are made of, in DER (X.690). */
final class Der {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OBJECT = 0x06;
  static final int SEQUENCE = 0x30;

  /** A constructed, context-specific tag. */
  static int context(int number) {
    return 0xa0 | number;
  }

  private final byte[] bytes;
  private int at;

  private Der(byte[] bytes) {
    this.bytes = bytes;
  }

  static Der of(byte[] bytes) {
    return new Der(bytes);
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  boolean next(int tag) {
    return at < bytes.length && (bytes[at] & 0xff) == tag;
  }

  /** The content of the element here, which must be a {@code tag}. */
  byte[] read(int tag) {
    if (!next(tag)) {
      throw malformed();
    }
    at++;
    int length = length();
    if (length > bytes.length - at) {
      throw malformed();
    }
    byte[] content = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return content;
  }

  Der enter(int tag) {
    return of(read(tag));
  }

  /** The content of a bit string of whole bytes. */
  byte[] readBits() {
    byte[] content = read(BIT_STRING);
    if (content.length == 0 || content[0] != 0) {
      throw malformed();
    }
    return Arrays.copyOfRange(content, 1, content.length);
  }

  BigInteger readInteger() {
    byte[] content = read(INTEGER);
    if (content.length == 0) {
      throw malformed();
    }
    return new BigInteger(content);
  }

  void end() {
    if (!atEnd()) {
      throw malformed();
    }
  }

  private int length() {
    if (atEnd()) {
      throw malformed();
    }
    int first = bytes[at++] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int count = first & 0x7f;
    if (count == 0 || count > 3 || count > bytes.length - at) {
      throw malformed();
    }
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = (length << 8) | (bytes[at++] & 0xff);
    }
    return length;
  }

  static byte[] write(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    var out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] digits = Unsigned.minimal(BigInteger.valueOf(length));
      out.write(0x80 | digits.length);
      out.writeBytes(digits);
    }
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  static byte[] writeBits(byte[] content) {
    return write(BIT_STRING, new byte[1], content);
  }

  static byte[] writeInteger(BigInteger value) {
    return write(INTEGER, value.toByteArray());
  }

  private static CryptoException malformed() {
    return CryptoException.data("the key is not well formed");
  }
}
