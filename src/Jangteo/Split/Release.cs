using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>A program that was built, of this version or of another, and where it works.</summary>
/// <param name="Program"><c>Jangteo.dll</c>, or the executable beside it.</param>
/// <param name="Folder">Where <c>jangteo.yaml</c> and <c>kinds</c> stand that belong to it.</param>
internal sealed record Release(string Program, string Folder)
{
    public static Release Own { get; } = new(
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? typeof(Release).Assembly.Location : Environment.ProcessPath!,
        Environment.CurrentDirectory);

    public string Executable => IsAssembly ? "dotnet" : Program;

    /// <summary>The words of its command line before its own.</summary>
    public string[] Words => IsAssembly ? [Program] : [];

    private bool IsAssembly => Path.GetExtension(Program) == ".dll";

    /// <exception cref="UnavailableException">There is none.</exception>
    public static Release At(string program, string folder)
    {
        var (file, works) = (Path.GetFullPath(program), Path.GetFullPath(folder));
        return !File.Exists(file) ? throw new UnavailableException($"There is no program {file}; name the Jangteo.dll of a build.")
            : !Directory.Exists(works) ? throw new UnavailableException($"There is no folder {works}; name the one with the jangteo.yaml of that program.")
            : new Release(file, works);
    }
}
