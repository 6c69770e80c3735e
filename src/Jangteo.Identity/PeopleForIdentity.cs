using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Identity;

/// <summary>
/// What ASP.NET Core Identity asks of its store, in SQL. The user name is the e-mail. Its lock-out is not used: see <see cref="Guesses"/>.
/// </summary>
internal sealed class PeopleForIdentity([FromKeyedServices(Modules.Identity)] Storage storage, IPasswordHasher<Person> hasher)
    : IUserPasswordStore<Person>, IUserSecurityStampStore<Person>
{
    private static string? nobodys;

    /// <summary>What the next sign-up follows from.</summary>
    public Cause Cause { get; set; } = Cause.New();

    /// <summary>The row and what others are told of it, in one commit.</summary>
    public async Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) =>
        await storage.Do(Cause, work => People.Add(work, user, cancellationToken), cancellationToken)
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityErrorDescriber().DuplicateUserName(user.Email));

    /// <summary>
    /// Identity changes nothing but password and stamp, and the stamp with every password. So an unchanged stamp is nothing to write, as after every failed
    /// sign-in, and another stamp than the one that was found is somebody else's change, which stands.
    /// </summary>
    public async Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken)
    {
        var isWritten = user.Stamp == user.FoundStamp || await Write(
            new Sql("update people set password = $2, security_stamp = $3 where id = $1 and security_stamp = $4 returning true", user.Id, user.Password, user.Stamp, user.FoundStamp),
            row => row.GetBoolean(0), cancellationToken);
        return isWritten ? IdentityResult.Success : IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
    }

    public Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        storage.Find(new Sql($"select {Person.Columns} from people where id = $1", Guid.Parse(userId)), Person.Read, cancellationToken);

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        storage.Find(new Sql($"select {Person.Columns} from people where email_key = $1", normalizedUserName), Person.Read, cancellationToken);

    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.EmailKey);

    // It follows from the e-mail.
    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException("An e-mail does not change.");

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw new NotSupportedException("People have traded, and stay.");

    /// <summary>Whoever has no password is compared with one that nobody knows: that there is none, or nobody, must take as long to find out.</summary>
    public Task<string?> GetPasswordHashAsync(Person user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Password ?? (nobodys ??= hasher.HashPassword(user, Guid.NewGuid().ToString())));

    public Task<bool> HasPasswordAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Password is not null);

    public Task SetPasswordHashAsync(Person user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.Password = passwordHash;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Stamp);

    public Task SetSecurityStampAsync(Person user, string stamp, CancellationToken cancellationToken)
    {
        user.Stamp = stamp;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    private Task<T?> Write<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct) => storage.Do(Cause.New(), work => work.Find(sql, read, ct), ct);
}

/// <summary>What Identity asks before it hashes a password: what a sign-up was asked already.</summary>
internal sealed class PasswordLength : IPasswordValidator<Person>
{
    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(password is not null && Fields.IsPassword(password)
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityError { Code = "password", Description = $"not of {Fields.ShortestPassword} to {Fields.LongestPassword} characters" }));
}

/// <summary>By which two e-mails are the same for Identity: by which they are for us.</summary>
internal sealed class EmailKeys : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name is null ? null : Person.KeyOf(name);

    public string? NormalizeEmail(string? email) => NormalizeName(email);
}
