package dev.brink.cache.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlabTest {
  private static final int ARENA = 4 << 20;

  /** A block and the byte that all of it is filled with. */
  private record Filled(long at, int bytes, byte with) {
    static Filled of(Slab slab, long at, int bytes, int with) {
      ByteBuffer view = slab.view(at, 0, bytes);
      while (view.hasRemaining()) {
        view.put((byte) with);
      }
      return new Filled(at, bytes, (byte) with);
    }

    void check(Slab slab) {
      ByteBuffer view = slab.view(at, 0, bytes);
      while (view.hasRemaining()) {
        assertThat(view.get()).isEqualTo(with);
      }
    }
  }

  @Test
  void blocksOfARandomHistoryKeepTheirBytesAndAllComeBack() {
    var slab = new Slab(3 * ARENA);
    var random = new SplittableRandom(7);
    List<Filled> blocks = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      boolean full = slab.usedBytes() > 2 * ARENA;
      if (full || (random.nextInt(3) == 0 && !blocks.isEmpty())) {
        Filled block = blocks.remove(random.nextInt(blocks.size()));
        block.check(slab);
        slab.free(block.at());
      } else {
        int bytes = 1 + random.nextInt(random.nextInt(20) == 0 ? Slab.MAX_BYTES : 3_000);
        long at = random.nextBoolean() ? slab.allocateWhole(bytes) : slab.allocate(bytes);
        Filled block = Filled.of(slab, at, Math.min(bytes, slab.size(at)), i);
        if (random.nextInt(4) == 0) {
          int less = 1 + random.nextInt(block.bytes());
          slab.shrink(at, less);
          block = new Filled(at, less, block.with());
        }
        blocks.add(block);
      }
    }
    assertThat(blocks).hasSizeGreaterThan(100);
    for (Filled block : blocks) {
      block.check(slab);
      slab.free(block.at());
    }
    assertThat(slab.usedBytes()).isZero();
    assertThat(slab.reservedBytes()).isEqualTo(3 * ARENA);
    // What is free is in one piece again.
    List<Long> large = new ArrayList<>();
    for (int i = 0; i < 3 * 15; i++) {
      large.add(slab.allocateWhole(Slab.MAX_BYTES));
    }
    assertThat(slab.reservedBytes()).isEqualTo(3 * ARENA);
    large.forEach(slab::free);
    slab.close();
    assertThat(slab.reservedBytes()).isZero();
  }

  @Test
  void whatIsFreeInPiecesIsUsedUpBeforeThereIsMoreMemory() {
    var slab = new Slab(ARENA);
    List<Long> small = new ArrayList<>();
    while (slab.usedBytes() < ARENA - 4_096) {
      small.add(slab.allocateWhole(2_000));
    }
    for (int i = 0; i < small.size(); i += 2) {
      slab.free(small.get(i));
    }
    long half = slab.usedBytes();
    while (slab.usedBytes() < ARENA - 8_192) {
      long at = slab.allocate(100_000);
      assertThat(slab.size(at)).isBetween(1_000, 100_000);
    }
    assertThat(slab.usedBytes() - half).isGreaterThan(ARENA / 3);
    assertThat(slab.reservedBytes()).isEqualTo(ARENA);
    assertThat(slab.size(slab.allocateWhole(100_000))).isGreaterThanOrEqualTo(100_000);
    assertThat(slab.reservedBytes()).isEqualTo(2 * ARENA);
  }

  @Test
  void memoryBeyondTheLimitGoesWhenItIsEmpty() {
    var slab = new Slab(ARENA);
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      blocks.add(slab.allocate(Slab.MAX_BYTES));
    }
    assertThat(slab.reservedBytes()).isGreaterThan(3 * ARENA);
    blocks.forEach(slab::free);
    assertThat(slab.reservedBytes()).isEqualTo(2 * ARENA);
    Filled again = Filled.of(slab, slab.allocate(1_000), 1_000, 5);
    again.check(slab);
    slab.close();
    again.check(slab);
    slab.free(again.at());
    assertThat(slab.reservedBytes()).isZero();
  }
}
