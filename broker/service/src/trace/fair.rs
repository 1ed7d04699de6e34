//! Room for a number of things that belong to tenants. When there is no more, whoever has most loses their
//! oldest, so that nobody's flood pushes out what is somebody else's.

use std::collections::{BTreeSet, HashMap, VecDeque};

use doorward_domain::TenantId;

/// Things of tenants, within limits.
pub(super) struct Fair<T> {
    shelves: HashMap<TenantId, VecDeque<T>>,
    /// The shelves by how much is on them.
    sizes: BTreeSet<(usize, TenantId)>,
    count: usize,
    most: usize,
    most_each: usize,
}

impl<T> Fair<T> {
    /// Room for `most` things, of which one tenant may have `most_each`.
    pub fn new(most: usize, most_each: usize) -> Self {
        Self { shelves: HashMap::new(), sizes: BTreeSet::new(), count: 0, most, most_each }
    }

    /// Puts in a tenant's newest thing, and returns what has to go for it, and whose it was.
    pub fn put(&mut self, tenant: TenantId, thing: T) -> Option<(TenantId, T)> {
        let shelf = self.shelves.entry(tenant).or_default();
        shelf.push_back(thing);
        let len = shelf.len();
        self.resized(tenant, len - 1, len);
        let (_, largest) = self.sizes.last().copied()?;
        match len > self.most_each {
            true => self.take_oldest(tenant),
            false if self.count > self.most => self.take_oldest(largest),
            false => None,
        }
    }

    /// Everything there is, each tenant's the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.shelves.values().flatten()
    }

    /// What a tenant has, the oldest first.
    pub fn of(&self, tenant: TenantId) -> impl Iterator<Item = &T> {
        self.shelves.get(&tenant).into_iter().flatten()
    }

    /// Lets go what is not wanted any more.
    pub fn retain(&mut self, mut wanted: impl FnMut(&T) -> bool) {
        self.shelves.retain(|_, shelf| {
            shelf.retain(&mut wanted);
            !shelf.is_empty()
        });
        self.sizes = self.shelves.iter().map(|(tenant, shelf)| (shelf.len(), *tenant)).collect();
        self.count = self.shelves.values().map(VecDeque::len).sum();
    }

    fn take_oldest(&mut self, tenant: TenantId) -> Option<(TenantId, T)> {
        let shelf = self.shelves.get_mut(&tenant)?;
        let (before, oldest) = (shelf.len(), shelf.pop_front()?);
        if before == 1 {
            self.shelves.remove(&tenant);
        }
        self.resized(tenant, before, before - 1);
        Some((tenant, oldest))
    }

    fn resized(&mut self, tenant: TenantId, before: usize, after: usize) {
        self.sizes.remove(&(before, tenant));
        if after > 0 {
            self.sizes.insert((after, tenant));
        }
        self.count = self.count + after - before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: TenantId = TenantId::from_bytes([1; 16]);
    const OTHER: TenantId = TenantId::from_bytes([2; 16]);

    fn of(fair: &Fair<u32>, tenant: TenantId) -> Vec<u32> {
        fair.of(tenant).copied().collect()
    }

    #[test]
    fn whoever_has_most_loses_their_oldest() {
        let mut fair = Fair::new(6, 5);
        assert_eq!((0..2).find_map(|thing| fair.put(ONE, thing)), None);
        let gone: Vec<_> = (10..18).filter_map(|thing| fair.put(OTHER, thing)).collect();
        assert_eq!(gone, [(OTHER, 10), (OTHER, 11), (OTHER, 12), (OTHER, 13)]);
        assert_eq!((of(&fair, ONE), of(&fair, OTHER)), (vec![0, 1], vec![14, 15, 16, 17]));
        assert_eq!(fair.put(ONE, 2), Some((OTHER, 14)));
    }

    #[test]
    fn nobody_has_more_than_their_part() {
        let mut fair = Fair::new(100, 3);
        let gone: Vec<_> = (0..5).filter_map(|thing| fair.put(ONE, thing)).collect();
        assert_eq!((gone, of(&fair, ONE)), (vec![(ONE, 0), (ONE, 1)], vec![2, 3, 4]));
        fair.retain(|thing| *thing == 3);
        assert_eq!((fair.iter().count(), fair.put(ONE, 5)), (1, None));
    }
}
