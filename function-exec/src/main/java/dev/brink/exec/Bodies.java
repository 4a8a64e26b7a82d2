package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.BodyWriter;
import dev.brink.exec.stream.RelayBody;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The bodies that an instance's guests have numbers for. On the lane. */
final class Bodies {
  private final Instance instance;
  private final Map<Integer, Reading> readers = new HashMap<>();
  private final Map<Integer, Writing> writers = new HashMap<>();

  /** Those that were passed on as they came, and fail when their fetch is aborted. */
  private final Map<Integer, RelayBody> passedOn = new HashMap<>(0);

  /** Of those that came encoded, and are decoded if the guest reads them. */
  private final Map<Integer, BodyDecoding> decodings = new HashMap<>(0);

  private int last;

  /**
   * @param source what the reader reads, where that can be failed
   * @param length the bytes that it brings, if who sends it has said so; else -1
   */
  record Reading(Run run, BodyReader reader, @Nullable RelayBody source, long length) {}

  record Writing(Run run, BodyWriter writer) {}

  Bodies(Instance instance) {
    this.instance = instance;
  }

  /** Runs {@code event} on the lane, soon, and not during a turn. Any thread. */
  void post(Runnable event) {
    instance.post(event);
  }

  /** Registers a body to read; the run cancels it when it ends. */
  int add(Run run, BodyReader reader) {
    return add(run, reader, -1);
  }

  /** Registers a body to read, of so many bytes; -1: nobody knows. */
  int add(Run run, BodyReader reader, long length) {
    int id = ++last;
    readers.put(id, new Reading(run, reader, null, length));
    run.bodies().owns(id);
    return id;
  }

  /** Makes a body that the guest writes when {@link Guest#pull} asks for it. */
  int write(Run run, boolean response) {
    int id = ++last;
    var source =
        new BodyWriter.Source() {
          @Override
          public void pull(long more) {
            if (writers.containsKey(id)) {
              instance.enter(run, () -> instance.guest().pull(id, (double) more));
            }
          }

          @Override
          public void cancelled() {
            if (response) {
              run.unread();
            }
            stop(id);
          }
        };
    var writer = new BodyWriter(instance::post, source);
    writers.put(id, new Writing(run, writer));
    run.bodies().ownsWriter(id);
    if (response) {
      run.bodies().respondWriter(writer);
    }
    return id;
  }

  /** What is written to it is wanted by nobody. */
  private void stop(int id) {
    Writing gone = writers.remove(id);
    if (gone != null) {
      instance.enter(gone.run, () -> instance.guest().stop(id));
      ended(gone, Code.CANCELLED);
      gone.run.finishIfDone();
    }
  }

  /** The response of {@code run} is wanted by nobody: breaks it off, and tells who writes it. */
  void leaveResponse(Run run) {
    run.bodies().failResponse(GraalRuntime.cancelledException());
    for (int id : List.copyOf(run.bodies().writers())) {
      Writing writing = writers.get(id);
      if (writing != null && run.bodies().isResponse(writing.writer)) {
        stop(id);
      }
    }
  }

  @Nullable Reading reading(int id) {
    return readers.get(id);
  }

  /** Has a body decoded, if the guest reads it; {@code false} when that is not possible. */
  boolean decode(int id, String codings) {
    Reading reading = readers.get(id);
    BodyDecoding decoding =
        reading == null ? null : BodyDecoding.of(codings, instance.codecs(), reading.run);
    if (decoding == null) {
      return false;
    }
    decodings.put(id, decoding);
    return true;
  }

  @Nullable BodyDecoding decoding(int id) {
    return decodings.isEmpty() ? null : decodings.get(id);
  }

  private void endDecoding(int id) {
    BodyDecoding decoding = decodings.isEmpty() ? null : decodings.remove(id);
    if (decoding != null) {
      decoding.close();
    }
  }

  @Nullable Writing writing(int id) {
    return writers.get(id);
  }

  /** The guest has written all, or failed. */
  void endWriting(int id, @Nullable FunctionException failure) {
    Writing done = writers.remove(id);
    if (done == null) {
      return;
    }
    if (failure == null) {
      done.writer.end();
    } else {
      done.writer.fail(failure);
    }
    ended(done, failure == null ? null : failure.code());
  }

  private static void ended(Writing writing, @Nullable Code how) {
    if (writing.run.bodies().isResponse(writing.writer)) {
      writing.run.bodies().responseEnded(how);
    }
  }

  /** Makes it possible to {@link #fail} a body that nobody has touched. */
  void heed(int id, Reading reading) {
    Flow.Publisher<ByteBuf> untouched = reading.reader.detach();
    if (untouched != null) {
      var source = new RelayBody(untouched, Long.MAX_VALUE, _ -> {});
      var reader = new BodyReader(source, this::post, Long.MAX_VALUE);
      readers.put(id, new Reading(reading.run, reader, source, reading.length));
    }
  }

  /** Fails a body for whoever has it, be it the guest or one that it was passed on to. */
  void fail(int id) {
    Reading reading = readers.get(id);
    RelayBody source = reading != null ? reading.source : passedOn.remove(id);
    if (source != null) {
      source.fail(new FunctionException(Code.CANCELLED, "the fetch was aborted", null));
    }
    cancel(id);
  }

  /** Lets go of a reader. */
  void cancel(int id) {
    Reading gone = readers.remove(id);
    if (gone != null) {
      endDecoding(id);
      gone.run.bodies().ownsNoLonger(id);
      gone.reader.cancel();
    }
  }

  /** Takes a reader out without touching it. */
  void release(int id) {
    Reading gone = readers.remove(id);
    if (gone != null) {
      endDecoding(id);
      gone.run.bodies().ownsNoLonger(id);
      if (gone.source != null) {
        passedOn.put(id, gone.source);
        gone.run.bodies().passedOn(id);
      }
    }
  }

  /** Lets go of what belongs to {@code run}. */
  void drop(Run run) {
    for (int id : List.copyOf(run.bodies().readers())) {
      cancel(id);
    }
    for (int id : run.bodies().writers()) {
      abandon(id);
    }
    for (int id : run.bodies().passedOn()) {
      passedOn.remove(id);
    }
  }

  void clear() {
    List.copyOf(readers.keySet()).forEach(this::cancel);
    List.copyOf(writers.keySet()).forEach(this::abandon);
    passedOn.clear();
  }

  private void abandon(int id) {
    Writing gone = writers.remove(id);
    if (gone != null) {
      gone.writer.fail(new FunctionException(Code.CANCELLED, "the invocation has ended", null));
    }
  }
}
