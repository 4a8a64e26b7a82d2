package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DiskRoomTest {
  private static final Path DIRECTORY = Path.of("somewhere");

  @Test
  void aStoreThatFailedOnAFullDiskWaitsForRoom() {
    AtomicLong free = new AtomicLong(10);
    DiskRoom room = new DiskRoom(DIRECTORY, 100, free::get);
    assertThat(room.suffices()).as("a first start is tried on whatever there is").isTrue();
    room.failed();
    assertThat(room.suffices()).isFalse();
    free.set(99);
    assertThat(room.suffices()).isFalse();
    free.set(100);
    assertThat(room.suffices()).isTrue();
  }

  @Test
  void aFailureWithRoomIsNoReasonToWait() {
    DiskRoom room = new DiskRoom(DIRECTORY, 100, () -> 100);
    room.failed();
    assertThat(room.suffices()).isTrue();
  }

  @Test
  void whatIsNotKnownIsTried() {
    DiskRoom room =
        new DiskRoom(
            DIRECTORY,
            100,
            () -> {
              throw new IOException("not there");
            });
    room.failed();
    assertThat(room.suffices()).isTrue();
  }
}
