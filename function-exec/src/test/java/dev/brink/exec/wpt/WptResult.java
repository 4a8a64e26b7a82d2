package dev.brink.exec.wpt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one test went.
 *
 * @param test its name
 * @param problem why the test as a whole did not end well, quoted; {@code null} when it did
 * @param subtests in the order in which they were made
 */
record WptResult(String test, @Nullable String problem, List<Subtest> subtests) {
  /** The states of testharness.js. */
  enum Status {
    PASS,
    FAIL,
    TIMEOUT,
    NOTRUN,
    PRECONDITION_FAILED
  }

  /** Name and message are quoted as in JSON. */
  record Subtest(Status status, String name, String message) {}

  /** Reads what the handler in harness.js answers. */
  static WptResult parse(String test, String text) {
    List<Subtest> subtests = new ArrayList<>();
    String problem = null;
    for (String line : text.split("\n", -1)) {
      String[] fields = line.split("\t", -1);
      if (fields.length == 2) {
        problem = fields[1];
      } else if (fields.length == 3) {
        Status status = Status.values()[Integer.parseInt(fields[0])];
        subtests.add(new Subtest(status, fields[1], fields[2]));
      }
    }
    return new WptResult(test, problem, subtests);
  }

  String directory() {
    String path = test.replaceFirst("\\?.*", "");
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  long count(Status status) {
    return subtests.stream().filter(subtest -> subtest.status == status).count();
  }

  /** Not passed, whatever the reason. */
  long failed() {
    return subtests.size() - count(Status.PASS);
  }

  String json() {
    var json = new StringBuilder("{\"test\":").append(Quoted.of(test));
    json.append(",\"problem\":").append(problem).append(",\"subtests\":[");
    for (int i = 0; i < subtests.size(); i++) {
      Subtest subtest = subtests.get(i);
      json.append(i == 0 ? "\n" : ",\n").append("{\"status\":\"").append(subtest.status);
      json.append("\",\"name\":").append(subtest.name);
      json.append(",\"message\":").append(subtest.message).append('}');
    }
    return json.append("]}").toString();
  }
}
