package dev.brink.exec.encoding;

/** Index jis0208 with the extensions of NEC and IBM, and index jis0212. */
final class JapaneseIndex {
  static final int ROW = 94;
  private static final int SIZE_0208 = 11_280;
  private static final int PRIVATE_FROM = 8_836;
  private static final int PRIVATE_TO = 10_716;

  static final DoubleByteIndex JIS_0208 =
      new DoubleByteIndex("windows-31j", SIZE_0208, JapaneseIndex::shifted)
          .without(PRIVATE_FROM, PRIVATE_TO);

  static final DoubleByteIndex JIS_0212 =
      new DoubleByteIndex("EUC-JP", ROW * ROW, JapaneseIndex::threeBytes).with(116, 0xFF5E);

  private static byte[] shifted(int pointer) {
    int lead = pointer / 188;
    int trail = pointer % 188;
    return new byte[] {
      (byte) (lead + (lead < 0x1F ? 0x81 : 0xC1)), (byte) (trail + (trail < 0x3F ? 0x40 : 0x41))
    };
  }

  private static byte[] threeBytes(int pointer) {
    return new byte[] {(byte) 0x8F, (byte) (0xA1 + pointer / ROW), (byte) (0xA1 + pointer % ROW)};
  }

  private JapaneseIndex() {}
}
