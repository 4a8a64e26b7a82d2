package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.BodyWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies that an instance's guests have numbers for. On the lane. */
final class Bodies {
  private final Instance instance;
  private final Map<Integer, Reading> readers = new HashMap<>();
  private final Map<Integer, Writing> writers = new HashMap<>();
  private int last;

  record Reading(Run run, BodyReader reader) {}

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
    int id = ++last;
    readers.put(id, new Reading(run, reader));
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
            Writing gone = writers.remove(id);
            if (gone != null) {
              instance.enter(run, () -> instance.guest().stop(id));
              ended(gone, Code.CANCELLED);
              run.finishIfDone();
            }
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

  @Nullable Reading reading(int id) {
    return readers.get(id);
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

  /** Lets go of a reader. */
  void cancel(int id) {
    Reading gone = readers.remove(id);
    if (gone != null) {
      gone.run.bodies().ownsNoLonger(id);
      gone.reader.cancel();
    }
  }

  /** Takes a reader out without touching it. */
  void release(int id) {
    Reading gone = readers.remove(id);
    if (gone != null) {
      gone.run.bodies().ownsNoLonger(id);
    }
  }

  /** Lets go of what belongs to {@code run}. */
  void drop(Run run) {
    List.copyOf(run.bodies().readers()).forEach(this::cancel);
    run.bodies().writers().forEach(this::abandon);
  }

  void clear() {
    List.copyOf(readers.keySet()).forEach(this::cancel);
    List.copyOf(writers.keySet()).forEach(this::abandon);
  }

  private void abandon(int id) {
    Writing gone = writers.remove(id);
    if (gone != null) {
      gone.writer.fail(new FunctionException(Code.CANCELLED, "the invocation has ended", null));
    }
  }
}
