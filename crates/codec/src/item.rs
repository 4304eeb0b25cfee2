//! How a value of the domain stands in an event: as one CBOR item.

use crate::reader::{Reader, Refused};
use crate::writer::Writer;

/// A value that is one CBOR item.
pub(crate) trait Item: Sized {
    /// Fewest bytes the item takes: bounds what a list of them may make a reader allocate.
    const LEAST_BYTES: usize = 1;

    fn write(&self, to: &mut Writer<'_>);

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused>;

    /// Many of them as one item: an array, unless the type has a denser form.
    fn write_list(list: &[Self], to: &mut Writer<'_>) {
        to.array(list.len());
        for item in list {
            item.write(to);
        }
    }

    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, Refused> {
        let count = from.array(Self::LEAST_BYTES, "a list")?;
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(Self::read(from)?);
        }
        Ok(list)
    }
}

impl<T: Item> Item for Vec<T> {
    fn write(&self, to: &mut Writer<'_>) {
        T::write_list(self, to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        T::read_list(from)
    }
}

/// What is not there is null.
impl<T: Item> Item for Option<T> {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            None => to.null(),
            Some(value) => value.write(to),
        }
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        if from.take_null() { Ok(None) } else { T::read(from).map(Some) }
    }
}

/// Values in a fixed order without an array of their own around them: the fields of an event, or of a part of one.
pub(crate) trait Record: Sized {
    /// How many.
    const FIELDS: usize;

    fn write_fields(&self, to: &mut Writer<'_>);

    fn read_fields(from: &mut Reader<'_>) -> Result<Self, Refused>;
}

impl<R: Record> Record for Box<R> {
    const FIELDS: usize = R::FIELDS;

    fn write_fields(&self, to: &mut Writer<'_>) {
        R::write_fields(self, to);
    }

    fn read_fields(from: &mut Reader<'_>) -> Result<Self, Refused> {
        R::read_fields(from).map(Box::new)
    }
}

/// Implements [`Record`] for a structure: its fields in the order given, which is the order in the bytes.
macro_rules! record {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::item::Record for $name {
            const FIELDS: usize = [$(stringify!($field)),+].len();

            #[inline]
            fn write_fields(&self, to: &mut $crate::writer::Writer<'_>) {
                let Self { $($field),+ } = self;
                $($crate::item::Item::write($field, to);)+
            }

            #[inline]
            fn read_fields(from: &mut $crate::reader::Reader<'_>) -> Result<Self, $crate::reader::Refused> {
                $(let $field = $crate::item::Item::read(from)?;)+
                Ok(Self { $($field),+ })
            }
        }
    };
}

/// Implements [`Record`] for a structure, and [`Item`] as an array of its fields.
macro_rules! record_item {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        $crate::item::record!($name { $($field),+ });

        impl $crate::item::Item for $name {
            const LEAST_BYTES: usize = 1 + <Self as $crate::item::Record>::FIELDS;

            #[inline]
            fn write(&self, to: &mut $crate::writer::Writer<'_>) {
                to.array(<Self as $crate::item::Record>::FIELDS);
                $crate::item::Record::write_fields(self, to);
            }

            #[inline]
            fn read(from: &mut $crate::reader::Reader<'_>) -> Result<Self, $crate::reader::Refused> {
                from.array_of(<Self as $crate::item::Record>::FIELDS, stringify!($name))?;
                $crate::item::Record::read_fields(from)
            }
        }
    };
}

/// Implements [`Item`] for tuples, as arrays.
macro_rules! tuple_item {
    ($(($($part:ident: $type:ty),+);)+) => {
        $(impl $crate::item::Item for ($($type),+) {
            const LEAST_BYTES: usize = 1 + [$(stringify!($part)),+].len();

            fn write(&self, to: &mut $crate::writer::Writer<'_>) {
                let ($($part),+) = self;
                to.array([$(stringify!($part)),+].len());
                $($crate::item::Item::write($part, to);)+
            }

            fn read(from: &mut $crate::reader::Reader<'_>) -> Result<Self, $crate::reader::Refused> {
                from.array_of([$(stringify!($part)),+].len(), concat!("[", $(stringify!($part), " ",)+ "]"))?;
                $(let $part = $crate::item::Item::read(from)?;)+
                Ok(($($part),+))
            }
        })+
    };
}

pub(crate) use {record, record_item, tuple_item};
