using System.Net;
using Jangteo.Identity;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Identity;

/// <summary>
/// Guesses at a password, on the real database: counted before they are evaluated, slowed down, and never at the owner's cost.
/// </summary>
public sealed class Guessing_passwords(TestPostgres postgres)
{
    private const string Email = "kim@example.com";
    private const string Password = "long enough to sign in";

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_300_guesses_at_once_at_most_ten_are_evaluated_in_the_first_minute_and_the_owner_signs_in_meanwhile()
    {
        await using var bed = await Start();
        await using var other = await bed.Beside(new IdentityModule());
        var device = await SignUp(bed);
        ModuleBed[] processes = [bed, other];

        var evaluated = 0;
        for (var second = 0; second < 60; second += 3)
        {
            var guesses = Enumerable.Range(0, second == 0 ? 300 : 8)
                .Select(guess => SignIn(processes[guess % 2], $"guess {second} {guess} at a password"));
            var owner = second % 30 == 0 ? SignIn(bed, Password, device) : null;
            var answers = await Task.WhenAll(guesses);
            evaluated += answers.Count(answer => answer.Status == 401);
            Assert.All(answers, answer => Assert.True(answer.Status is 401 or 429 or 503, $"{answer}"));
            Assert.Equal(200, owner is null ? 200 : (await owner).Status);
            bed.Machine.Forward(TimeSpan.FromSeconds(3));
        }

        Assert.InRange(evaluated, 1, 10);
    }

    [Fact]
    public async Task Of_300_guesses_at_once_from_as_many_addresses_at_most_ten_are_evaluated_in_the_first_minute()
    {
        await using var bed = await Start();

        var evaluated = 0;
        for (var second = 0; second < 60; second += 15)
        {
            var guesses = Enumerable.Range(0, 300).Select(guess => Take(bed, Email, $"10.{second}.{guess / 256}.{guess % 256}"));
            evaluated += (await Task.WhenAll(guesses)).Count(isTaken => isTaken);
            bed.Machine.Forward(TimeSpan.FromSeconds(15));
        }

        Assert.InRange(evaluated, 5, 10);
    }

    [Theory]
    [InlineData(Email)]
    [InlineData("nobody@example.com")]
    public async Task After_some_wrong_passwords_the_next_waits_and_is_then_heard_whether_or_not_anybody_has_the_email(string email)
    {
        await using var bed = await Start();
        await SignUp(bed);
        var statuses = new List<int>();
        for (var guess = 0; guess < GuessRules.OneGuesser.Free + 1; guess++)
        {
            statuses.Add((await SignIn(bed, "a wrong password", email: email)).Status);
        }

        var refused = await SignIn(bed, Password, email: email);
        bed.Machine.Forward(TimeSpan.FromSeconds(int.Parse(refused.Headers["Retry-After"])));
        var heard = await SignIn(bed, Password, email: email);

        Assert.Equal([.. Enumerable.Repeat(401, GuessRules.OneGuesser.Free), 429], statuses);
        Assert.Equal("too-many-requests", refused.Problem);
        Assert.Equal(email == Email ? 200 : 401, heard.Status);
    }

    [Fact]
    public async Task The_right_password_forgives_the_wrong_ones_before_it()
    {
        await using var bed = await Start();
        await SignUp(bed);

        for (var time = 0; time <= GuessRules.OneGuesser.Free; time++)
        {
            Assert.Equal(401, (await SignIn(bed, "a wrong password")).Status);
            Assert.Equal(200, (await SignIn(bed, Password)).Status);
        }
    }

    [Fact]
    public async Task A_device_that_is_known_to_another_account_or_was_made_up_is_slowed_down_like_any_other()
    {
        await using var bed = await Start();
        await SignUp(bed);
        var devices = new[] { await SignUp(bed, "lee@example.com"), $"{KnownDevices.Cookie}=made-up" };
        for (var guess = 0; guess < GuessRules.OneGuesser.Free; guess++)
        {
            await SignIn(bed, "a wrong password", devices[guess % 2]);
        }

        Assert.All(await Task.WhenAll(devices.Select(device => SignIn(bed, Password, device))), answer => Assert.Equal(429, answer.Status));
    }

    [Fact]
    public async Task A_known_device_that_guesses_is_slowed_down_too()
    {
        await using var bed = await Start();
        var device = await SignUp(bed);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(guess => SignIn(bed, $"guess {guess} at a password", device)));

        Assert.InRange(answers.Count(answer => answer.Status == 401), 1, GuessRules.OneGuesser.Free);
    }

    [Fact]
    public async Task A_stranger_who_never_stops_guessing_at_one_address_costs_the_owner_at_another_five_minutes_at_most()
    {
        await using var bed = await Start();
        for (var time = TimeSpan.Zero; time < TimeSpan.FromMinutes(40); time += TimeSpan.FromSeconds(10))
        {
            await Take(bed, Email, "203.0.113.9");
            bed.Machine.Forward(TimeSpan.FromSeconds(10));
        }

        var waited = TimeSpan.Zero;
        while (!await Take(bed, Email, "198.51.100.7"))
        {
            await Take(bed, Email, "203.0.113.9");
            waited += TimeSpan.FromSeconds(10);
            bed.Machine.Forward(TimeSpan.FromSeconds(10));
        }

        Assert.True(waited <= GuessRules.Account.LongestWait, $"The owner waited {waited}.");
    }

    [Fact]
    public async Task One_address_that_tries_many_accounts_is_slowed_down()
    {
        await using var bed = await Start();

        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(account => Take(bed, $"{account}@example.com", "203.0.113.9")));

        Assert.Equal(GuessRules.Address.Free, taken.Count(isTaken => isTaken));
        Assert.True(await Take(bed, "0@example.com", "198.51.100.7"));
    }

    [Fact]
    public void No_number_of_failures_locks_anybody_out_for_longer_than_the_longest_wait()
    {
        foreach (var limit in new[] { GuessRules.OneGuesser, GuessRules.Account, GuessRules.Address })
        {
            GuessCount? count = null;
            for (var failure = 0; failure < 2_000; failure++)
            {
                count = GuessRules.Add(limit, count, Now);
            }

            Assert.Equal(Now + limit.LongestWait, count!.NextAt);
            Assert.Equal(1, GuessRules.Add(limit, count, GuessRules.ForgottenAt(limit, count)).Failures);
        }
    }

    [Fact]
    public void Each_failure_beyond_the_free_ones_doubles_the_wait_and_one_given_back_takes_it_away()
    {
        GuessCount? count = null;
        var waits = new List<double>();
        for (var failure = 0; failure < 8; failure++)
        {
            count = GuessRules.Add(GuessRules.OneGuesser, count, Now);
            waits.Add((count.NextAt - Now).TotalSeconds);
        }

        Assert.Equal([0, 0, 0, 0, 2, 4, 8, 16], waits);
        Assert.Equal(Now + TimeSpan.FromSeconds(8), GuessRules.GiveBack(GuessRules.OneGuesser, count!, Now).NextAt);
    }

    [Fact]
    public async Task Addresses_of_one_network_are_slowed_down_as_one()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var all = new[] { "2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::9" };

        for (var account = 0; account < GuessRules.Address.Free; account++)
        {
            Assert.True(await Take(bed, $"{account}@example.com", all[account % all.Length]));
        }

        Assert.False(await Take(bed, "next@example.com", "2001:db8:1:2:7::1"));
        Assert.True(await Take(bed, "next@example.com", "2001:db8:1:3::1"));
    }

    private async Task<ModuleBed> Start()
    {
        var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        bed.Machine.Stand();
        return bed;
    }

    private static async Task<bool> Take(ModuleBed bed, string email, string address)
    {
        try
        {
            await bed.Services.GetRequiredService<Guesses>().TakeForSignIn(email, IPAddress.Parse(address), device: null, Ct);
            return true;
        }
        catch (RefusedException)
        {
            return false;
        }
    }

    private static Task<Heard> SignIn(ModuleBed bed, string password, string? device = null, string email = Email) =>
        bed.Post("/api/session", null, new { email, password }, device is null ? [] : [("Cookie", device)]);

    /// <summary>Answers the cookie by which the device is known.</summary>
    private static async Task<string> SignUp(ModuleBed bed, string email = Email)
    {
        var heard = await bed.Post("/api/people", null, new { name = "Kim", email, password = Password });
        Assert.Equal(201, heard.Status);
        return heard.Headers["Set-Cookie"].Split(", ")
            .Single(cookie => cookie.StartsWith(KnownDevices.Cookie + "=", StringComparison.Ordinal)).Split(';')[0];
    }
}
