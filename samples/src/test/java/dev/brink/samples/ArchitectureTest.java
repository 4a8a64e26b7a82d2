package dev.brink.samples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.CacheMode;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    cacheMode = CacheMode.PER_CLASS,
    packages = "dev.brink.samples",
    importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule usesOnlyWhatUsersOfTheMeshSee =
      classes()
          .that()
          .resideOutsideOfPackages("dev.brink.samples.sandbox..", "dev.brink.samples.cache..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations..",
              "dev.brink.samples..",
              "dev.brink.mesh",
              "dev.brink.mesh.client..",
              "dev.brink.mesh.config..",
              "dev.brink.mesh.deploy..",
              "dev.brink.mesh.folder..",
              "dev.brink.grid");

  /** The sandbox sample shows function-exec without a mesh. */
  @ArchTest
  static final ArchRule sandboxNeedsNoMesh =
      classes()
          .that()
          .resideInAPackage("dev.brink.samples.sandbox..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations..",
              "dev.brink.samples.sandbox..",
              "dev.brink.exec..",
              "io.netty.buffer..",
              "io.netty.util..",
              "io.netty.handler.codec.http..");

  /** The cache sample shows cache-grid's cache without a mesh. */
  @ArchTest
  static final ArchRule cacheNeedsNoMesh =
      classes()
          .that()
          .resideInAPackage("dev.brink.samples.cache..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.sun.net.httpserver..",
              "org.jspecify.annotations..",
              "dev.brink.samples.cache..",
              "dev.brink.cache",
              "dev.brink.cache.store",
              "io.netty.buffer..",
              "io.netty.util..",
              "io.netty.handler.codec.http..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.brink.samples.(**)").should().beFreeOfCycles();
}
